reach("https://ad.doubleclick.net/inner-html-relative", "/own/inner-html-relative", at => {
  const e = document.createElement('p')
  document.body.append(e)
  e.innerHTML = `<img src=${at.replace('https:', '')}>`
})
