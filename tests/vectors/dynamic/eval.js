reach("https://connect.facebook.net/eval", "/own/eval", at => {
  eval(`new Image().src = '${at}'`)
})
