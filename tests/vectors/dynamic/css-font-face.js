reach("https://ad.doubleclick.net/css-font-face", "/own/css-font-face", at => {
  const e = document.createElement('style'), name = 'x' + at.length
  document.head.append(e)
  e.sheet.insertRule(`@font-face { font-family: ${name}; src: url("${at}") }`)
  document.body.insertAdjacentHTML('beforeend', `<p style="font-family: ${name}">x</p>`)
})
