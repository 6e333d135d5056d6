reach("https://count.test/window-open", "/own/window-open", at => {
  if (at.includes(location.host)) self.own = fetch(at)
  else setTimeout(() => own.then(() => window.open(at)), 50)
})
