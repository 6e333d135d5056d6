reach("https://ad.doubleclick.net/make-audio-src", "/own/make-audio-src", at => {
  const e = document.createElement('audio')
  e.src = at
  document.body.append(e)
})
