reach("https://count.test/frame-javascript", "/own/frame-javascript", at => {
  const e = document.createElement('iframe')
  e.src = `javascript:new Image().src='${at}'`
  document.body.append(e)
})
