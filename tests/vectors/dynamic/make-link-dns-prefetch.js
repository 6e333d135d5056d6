reach("https://make-link-dns-prefetch.count.test/make-link-dns-prefetch", "/own/make-link-dns-prefetch", at => {
  const e = document.createElement('link')
  e.rel = 'dns-prefetch'
  e.href = at
  document.head.append(e)
})
