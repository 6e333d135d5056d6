reach("https://www.google-analytics.com/inner-html", "/own/inner-html", at => {
  const e = document.createElement('p')
  document.body.append(e)
  e.innerHTML = `<b>x</b><img alt='a > b' src=${at}>`
})
