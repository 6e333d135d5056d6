reach("https://www.google-analytics.com/change-link", "/own/change-link", at => {
  const e = document.createElement('link')
  e.rel = 'stylesheet'
  document.head.append(e)
  e.href = at
})
