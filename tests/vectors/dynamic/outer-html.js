reach("https://connect.facebook.net/outer-html", "/own/outer-html", at => {
  const e = document.createElement('p')
  document.body.append(e)
  e.outerHTML = `<iframe src='${at}'></iframe>`
})
