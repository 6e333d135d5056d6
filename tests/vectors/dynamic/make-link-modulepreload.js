reach("https://connect.facebook.net/make-link-modulepreload", "/own/make-link-modulepreload", at => {
  const e = document.createElement('link')
  e.href = at
  e.rel = 'modulepreload'
  document.head.append(e)
})
