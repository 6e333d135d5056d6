reach("https://ad.doubleclick.net/set-attr-value", "/own/set-attr-value", at => {
  const e = new Image
  e.setAttribute('src', '')
  e.getAttributeNode('src').value = at
})
