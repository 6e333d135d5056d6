reach("https://www.google-analytics.com/make-link-rel-last", "/own/make-link-rel-last", at => {
  const e = document.createElement('link')
  document.head.append(e)
  e.href = at
  e.relList.add('stylesheet')
})
