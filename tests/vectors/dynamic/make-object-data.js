reach("https://www.google-analytics.com/make-object-data", "/own/make-object-data", at => {
  const e = document.createElement('object')
  e.data = at
  document.body.append(e)
})
