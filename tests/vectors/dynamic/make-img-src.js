reach("https://connect.facebook.net/make-img-src", "/own/make-img-src", at => {
  const e = document.createElement('img')
  e.src = at
  document.body.append(e)
})
