reach("https://connect.facebook.net/change-script", "/own/change-script", at => {
  const e = document.createElement('script')
  document.body.append(e)
  e.src = at
})
