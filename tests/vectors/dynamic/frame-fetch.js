reach("https://ad.doubleclick.net/frame-fetch", "/own/frame-fetch", at => {
  const e = document.createElement('iframe')
  document.body.append(e)
  e.contentWindow.fetch(at, { mode: 'no-cors' }).catch(() => 0)
})
