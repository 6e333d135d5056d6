reach("https://connect.facebook.net/make-module", "/own/make-module", at => {
  const e = document.createElement('script')
  e.type = 'module'
  e.src = at
  document.head.append(e)
})
