reach("https://www.google-analytics.com/frame-javascript", "/own/frame-javascript", at => {
  const e = document.createElement('iframe')
  e.src = `javascript:void(new Image().src='${at}')`
  document.body.append(e)
})
