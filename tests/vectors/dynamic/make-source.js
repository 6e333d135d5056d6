reach("https://ad.doubleclick.net/make-source", "/own/make-source", at => {
  const v = document.createElement('video'), e = document.createElement('source')
  e.src = at
  v.append(e)
  document.body.append(v)
})
