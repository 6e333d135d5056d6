reach("https://connect.facebook.net/make-video-src", "/own/make-video-src", at => {
  const e = document.createElement('video')
  e.src = at
  document.body.append(e)
})
