reach("https://hint-node-value.count.test/", "/own/hint-node-value", at => {
  if (at.includes(location.host)) fetch(at)
  const e = document.createElement('link')
  e.rel = 'preconnect'
  e.setAttribute('href', '/own/hint-node-value')
  e.getAttributeNode('href').nodeValue = at
  document.head.append(e)
})
