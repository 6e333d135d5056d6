reach("https://ad.doubleclick.net/set-html-unsafe", "/own/set-html-unsafe", at => {
  const e = document.createElement('p')
  document.body.append(e)
  e.setHTMLUnsafe(`<img src=${at}>`)
})
