reach("https://www.google-analytics.com/set-attribute-node", "/own/set-attribute-node", at => {
  const e = new Image, a = document.createAttribute('src')
  a.value = at
  e.setAttributeNode(a)
})
