reach("https://connect.facebook.net/set-assign", "/own/set-assign", at => {
  document.body.append(Object.assign(document.createElement('script'), { src: at, async: true }))
})
