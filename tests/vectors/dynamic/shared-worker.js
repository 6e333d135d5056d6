reach("https://connect.facebook.net/shared-worker", "/own/shared-worker", at => {
  new SharedWorker(at)
})
