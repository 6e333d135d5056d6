reach("https://www.google-analytics.com/css-set-property", "/own/css-set-property", at => {
  const e = document.createElement('p')
  e.style.setProperty('list-style', `inside url(${at})`)
  e.style.display = 'list-item'
  document.body.append(e)
})
