reach("https://ad.doubleclick.net/change-iframe", "/own/change-iframe", at => {
  const e = document.createElement('iframe')
  document.body.append(e)
  e.src = at
})
