reach("https://ad.doubleclick.net/css-insert-rule", "/own/css-insert-rule", at => {
  const e = document.createElement('style'), p = document.createElement('p')
  p.id = 'p' + at.length
  document.body.append(e, p)
  e.sheet.insertRule(`#${p.id} { background: url(${at}) }`)
})
