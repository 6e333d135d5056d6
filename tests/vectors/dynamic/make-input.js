reach("https://www.google-analytics.com/make-input", "/own/make-input", at => {
  const e = document.createElement('input')
  e.type = 'image'
  e.src = at
  document.body.append(e)
})
