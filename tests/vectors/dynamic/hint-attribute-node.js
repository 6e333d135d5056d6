reach("https://hint-attribute-node.count.test/", "/own/hint-attribute-node", at => {
  if (at.includes(location.host)) fetch(at)
  const e = document.createElement('link'), href = document.createAttribute('href')
  href.value = at
  e.rel = 'preconnect'
  e.setAttributeNode(href)
  document.head.append(e)
})
