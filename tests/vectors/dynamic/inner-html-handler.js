reach("https://count.test/inner-html-handler", "/own/inner-html-handler", at => {
  const e = document.createElement('p')
  document.body.append(e)
  e.innerHTML = `<img src=data:, onerror="new Image().src = '${at}'">`
})
