reach("https://count.test/frame-data", "/own/frame-data", at => {
  const e = document.createElement('iframe')
  e.src = 'data:text/html,<img src=' + new URL(at, location) + '>'
  document.body.append(e)
})
