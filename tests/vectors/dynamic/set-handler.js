reach("https://www.google-analytics.com/set-handler", "/own/set-handler", at => {
  const e = new Image
  e.setAttribute('onerror', `new Image().src = '${at}'`)
  e.src = 'data:,'
  document.body.append(e)
})
