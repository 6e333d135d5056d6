reach("https://ad.doubleclick.net/set-location", "/own/set-location", at => {
  if (at.includes(location.host)) self.own = fetch(at)
  else setTimeout(() => own.then(() => location = at), 50)
})
