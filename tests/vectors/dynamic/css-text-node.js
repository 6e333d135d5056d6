reach("https://www.google-analytics.com/css-text-node", "/own/css-text-node", at => {
  const e = document.createElement('style')
  e.append(`@import '${at}';`)
  document.head.append(e)
})
