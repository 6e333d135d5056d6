reach("https://www.google-analytics.com/make-script-src", "/own/make-script-src", at => {
  const e = document.createElement('script')
  e.src = at
  document.body.append(e)
})
