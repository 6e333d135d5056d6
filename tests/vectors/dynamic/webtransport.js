reach("https://webtransport.count.test/webtransport", "/own/webtransport", at => {
  if (at.includes(location.host)) fetch(at)
  else new WebTransport(at).ready.catch(() => 0)
})
