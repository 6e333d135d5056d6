reach("https://www.google-analytics.com/worker", "/own/worker", at => {
  const e = new Worker(at)
})
