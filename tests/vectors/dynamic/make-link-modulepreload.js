reach("https://www.google-analytics.com/make-link-modulepreload", "/own/make-link-modulepreload", at => {
  const e = document.createElement('link')
  e.href = at
  e.rel = 'modulepreload'
  document.head.append(e)
})
