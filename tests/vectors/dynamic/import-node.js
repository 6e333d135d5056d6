reach("https://count.test/import-node", "/own/import-node", at => {
  const e = document.implementation.createHTMLDocument('').createElement('img')
  e.src = at
  document.body.append(document.importNode(e))
})
