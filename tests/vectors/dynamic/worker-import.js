reach("https://count.test/worker-import", "/own/worker-import", at => {
  const url = new URL(at, location).href
  new Worker(URL.createObjectURL(new Blob([`importScripts('${url}')`])))
})
