store("_ga_store-frame-property", "own_store-frame-property", name => {
  const frame = document.createElement('iframe')
  document.body.append(frame)
  frame.contentWindow.localStorage[name] = '1'
})
