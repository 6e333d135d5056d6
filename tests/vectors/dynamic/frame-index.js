reach("https://count.test/frame-index", "/own/frame-index", at => {
  document.body.append(document.createElement('iframe'))
  frames[frames.length - 1].fetch(new URL(at, location), { mode: 'no-cors' }).catch(() => 0)
})
