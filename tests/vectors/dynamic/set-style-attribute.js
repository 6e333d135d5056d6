reach("https://count.test/set-style-attribute", "/own/set-style-attribute", at => {
  const e = document.createElement('p')
  e.setAttribute('style', `background: url(${at})`)
  document.body.append(e)
})
