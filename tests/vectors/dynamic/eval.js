reach("https://www.google-analytics.com/eval", "/own/eval", at => {
  eval(`new Image().src = '${at}'`)
})
