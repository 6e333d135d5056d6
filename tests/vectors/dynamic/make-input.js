reach("https://connect.facebook.net/make-input", "/own/make-input", at => {
  const e = document.createElement('input')
  e.type = 'image'
  e.src = at
  document.body.append(e)
})
