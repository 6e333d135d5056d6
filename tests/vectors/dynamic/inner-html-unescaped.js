reach("https://count.test/inner-html-unescaped", "/own/inner-html-unescaped", at => {
  const e = document.createElement('p')
  document.body.append(e)
  e.innerHTML = `<img src="${at.replace('//', '&#47;&sol;').replace('t.test', '&#116;.test')}">`
})
