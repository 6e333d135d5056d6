reach("https://connect.facebook.net/set-attribute", "/own/set-attribute", at => {
  const e = document.createElement('script')
  e.setAttribute('SRC', at)
  document.body.append(e)
})
