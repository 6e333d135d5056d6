reach("https://count.test/make-picture", "/own/make-picture", at => {
  const p = document.createElement('picture'), e = document.createElement('source')
  e.srcset = at
  p.append(e, new Image)
  document.body.append(p)
})
