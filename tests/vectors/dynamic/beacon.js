reach("https://connect.facebook.net/beacon", "/own/beacon", at => {
  navigator.sendBeacon(at, 'x')
})
