reach("https://count.test/set-attr-node-value", "/own/set-attr-node-value", at => {
  const e = new Image
  e.setAttribute('src', '')
  e.getAttributeNode('src').nodeValue = at
})
