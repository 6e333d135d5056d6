reach("https://www.google-analytics.com/set-meta-refresh", "/own/set-meta-refresh", at => {
  if (at.includes(location.host)) self.own = fetch(at)
  else setTimeout(() => own.then(() => {
    const e = document.createElement('meta')
    e.httpEquiv = 'refresh'
    e.content = `0; url=${at}`
    document.head.append(e)
  }), 50)
})
