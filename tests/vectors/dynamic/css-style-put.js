reach("https://connect.facebook.net/css-style-put", "/own/css-style-put", at => {
  const e = document.createElement('p')
  document.body.append(e)
  e.style = `background: url(${at})`
})
