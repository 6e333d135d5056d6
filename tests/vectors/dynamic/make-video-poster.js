reach("https://count.test/make-video-poster", "/own/make-video-poster", at => {
  const e = document.createElement('video')
  e.poster = at
  document.body.append(e)
})
