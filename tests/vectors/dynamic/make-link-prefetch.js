reach("https://www.google-analytics.com/make-link-prefetch", "/own/make-link-prefetch", at => {
  const e = document.createElement('link')
  e.href = at
  e.rel = 'prefetch'
  document.head.append(e)
})
