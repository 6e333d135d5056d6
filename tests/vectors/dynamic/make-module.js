reach("https://www.google-analytics.com/make-module", "/own/make-module", at => {
  const e = document.createElement('script')
  e.type = 'module'
  e.src = at
  document.head.append(e)
})
