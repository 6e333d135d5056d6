reach("https://connect.facebook.net/css-style", "/own/css-style", at => {
  const e = document.createElement('p')
  document.body.append(e)
  e.style.backgroundImage = `url(${at})`
})
