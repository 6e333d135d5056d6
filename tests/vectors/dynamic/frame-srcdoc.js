reach("https://www.google-analytics.com/frame-srcdoc", "/own/frame-srcdoc", at => {
  const e = document.createElement('iframe')
  e.srcdoc = `<img src=${at}>`
  document.body.append(e)
})
