reach("https://ad.doubleclick.net/set-low-src", "/own/set-low-src", at => {
  const n = 'http://www.w3.org/2000/svg', s = document.createElementNS(n, 'svg'), e = document.createElementNS(n, 'image')
  s.append(e)
  document.body.append(s)
  e.href.baseVal = at
})
