reach("https://www.google-analytics.com/set-background", "/own/set-background", at => {
  const e = document.createElement('body')
  e.background = at
  document.body.append(e)
})
