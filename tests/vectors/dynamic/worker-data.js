reach("https://count.test/worker-data", "/own/worker-data", at => {
  new Worker(`data:text/javascript,fetch('${at}', { mode: 'no-cors' })`)
})
