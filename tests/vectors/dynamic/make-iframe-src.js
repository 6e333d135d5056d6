reach("https://ad.doubleclick.net/make-iframe-src", "/own/make-iframe-src", at => {
  const e = document.createElement('iframe')
  e.src = at
  document.body.append(e)
})
