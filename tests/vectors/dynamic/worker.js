reach("https://connect.facebook.net/worker", "/own/worker", at => {
  const e = new Worker(at)
})
