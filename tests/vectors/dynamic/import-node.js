reach("https://www.google-analytics.com/import-node", "/own/import-node", at => {
  const e = document.implementation.createHTMLDocument('').createElement('img')
  e.src = at
  document.body.append(document.importNode(e))
})
