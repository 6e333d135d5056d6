reach("https://ad.doubleclick.net/make-script-text", "/own/make-script-text", at => {
  const e = document.createElement('script')
  e.text = `new Image().src = '${at}'`
  document.body.append(e)
})
