reach("https://count.test/css-adopted", "/own/css-adopted", at => {
  const e = document.createElement('p'), s = new CSSStyleSheet
  e.id = 'p' + at.length
  document.body.append(e)
  s.replaceSync(`#${e.id} { background: url('${at}') }`)
  document.adoptedStyleSheets.push(s)
})
