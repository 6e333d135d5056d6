reach("https://connect.facebook.net/worker-module", "/own/worker-module", at => {
  const url = new URL(at, location).href
  new Worker(URL.createObjectURL(new Blob([`import '${url}'`], { type: 'text/javascript' })), { type: 'module' })
})
