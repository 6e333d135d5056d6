reach("https://connect.facebook.net/new-audio", "/own/new-audio", at => {
  new Audio(at).load()
})
