reach("https://ad.doubleclick.net/set-ping", "/own/set-ping", at => {
  const e = document.createElement('a')
  e.href = '#x'
  e.ping = at
  document.body.append(e)
  e.click()
})
