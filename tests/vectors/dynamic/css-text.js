reach("https://count.test/css-text", "/own/css-text", at => {
  const e = document.createElement('p')
  e.style.cssText = `background: url( '${at}' )`
  document.body.append(e)
})
