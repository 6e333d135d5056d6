reach("https://ad.doubleclick.net/new-audio", "/own/new-audio", at => {
  new Audio(at).load()
})
