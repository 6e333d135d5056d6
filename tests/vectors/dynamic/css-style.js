reach("https://www.google-analytics.com/css-style", "/own/css-style", at => {
  const e = document.createElement('p')
  document.body.append(e)
  e.style.backgroundImage = `url(${at})`
})
