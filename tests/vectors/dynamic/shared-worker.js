reach("https://ad.doubleclick.net/shared-worker", "/own/shared-worker", at => {
  new SharedWorker(at)
})
