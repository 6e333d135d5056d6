reach("https://make-link-preconnect.count.test/make-link-preconnect", "/own/make-link-preconnect", at => {
  const e = document.createElement('link')
  e.rel = 'preconnect'
  e.href = at
  document.head.append(e)
})
