reach("https://count.test/exec-command", "/own/exec-command", at => {
  const e = document.createElement('p')
  e.contentEditable = true
  document.body.append(e)
  e.focus()
  document.execCommand('insertHTML', false, `<img src=${at}>`)
})
