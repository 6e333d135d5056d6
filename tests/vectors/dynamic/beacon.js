reach("https://ad.doubleclick.net/beacon", "/own/beacon", at => {
  navigator.sendBeacon(at, 'x')
})
