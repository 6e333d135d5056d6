reach("https://www.google-analytics.com/make-img-srcset", "/own/make-img-srcset", at => {
  const e = document.createElement('img')
  e.srcset = at
  document.body.append(e)
})
