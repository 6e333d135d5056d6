reach("https://count.test/css-variable", "/own/css-variable", at => {
  const e = document.createElement('p')
  document.body.append(e)
  e.style.setProperty('--u', `url(${at})`)
  e.style.background = 'var(--u)'
})
