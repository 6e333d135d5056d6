reach("https://www.google-analytics.com/click-link", "/own/click-link", at => {
  const e = document.createElement('a')
  if (at.includes(location.host)) self.own = fetch(at)
  else setTimeout(() => own.then(() => {
    e.href = at
    e.click()
  }), 50)
})
