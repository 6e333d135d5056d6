reach("https://connect.facebook.net/template-content", "/own/template-content", at => {
  const e = document.createElement('template')
  e.innerHTML = `<img src=${at}>`
  document.body.append(e.content.cloneNode(true))
})
