reach("https://ad.doubleclick.net/shadow-root", "/own/shadow-root", at => {
  const e = document.createElement('p')
  document.body.append(e)
  e.attachShadow({ mode: 'open' }).innerHTML = `<img src=${at}>`
})
