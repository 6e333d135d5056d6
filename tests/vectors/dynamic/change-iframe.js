reach("https://count.test/change-iframe", "/own/change-iframe", at => {
  const e = document.createElement('iframe')
  document.body.append(e)
  e.src = at
})
