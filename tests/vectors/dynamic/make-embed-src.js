reach("https://count.test/make-embed-src", "/own/make-embed-src", at => {
  const e = document.createElement('embed')
  e.src = at
  document.body.append(e)
})
