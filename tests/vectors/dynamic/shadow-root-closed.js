reach("https://count.test/shadow-root-closed", "/own/shadow-root-closed", at => {
  const e = document.createElement('p')
  document.body.append(e)
  e.attachShadow({ mode: 'closed' }).append(Object.assign(new Image, { src: at }))
})
