reach("https://ad.doubleclick.net/make-link-stylesheet", "/own/make-link-stylesheet", at => {
  const e = document.createElement('link')
  e.href = at
  e.rel = 'stylesheet'
  document.head.append(e)
})
