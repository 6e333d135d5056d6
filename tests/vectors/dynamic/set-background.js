reach("https://connect.facebook.net/set-background", "/own/set-background", at => {
  const e = document.createElement('body')
  e.background = at
  document.body.append(e)
})
