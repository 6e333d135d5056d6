reach("https://count.test/make-link-preload", "/own/make-link-preload", at => {
  const e = document.createElement('link')
  e.href = at
  e.rel = 'preload'
  e.as = 'image'
  document.head.append(e)
})
