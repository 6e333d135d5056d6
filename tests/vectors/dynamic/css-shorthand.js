reach("https://ad.doubleclick.net/css-shorthand", "/own/css-shorthand", at => {
  const e = document.createElement('p')
  document.body.append(e)
  e.style.background = `url("${at}")`
})
