reach("https://ad.doubleclick.net/set-attribute-ns", "/own/set-attribute-ns", at => {
  const n = 'http://www.w3.org/2000/svg', s = document.createElementNS(n, 'svg'), e = document.createElementNS(n, 'image')
  e.setAttributeNS('http://www.w3.org/1999/xlink', 'xlink:href', at)
  e.setAttribute('width', 9)
  e.setAttribute('height', 9)
  s.append(e)
  document.body.append(s)
})
