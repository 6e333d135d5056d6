reach("https://www.google-analytics.com/worker-fetch", "/own/worker-fetch", at => {
  const url = new URL(at, location).href
  new Worker(URL.createObjectURL(new Blob([`fetch('${url}', { mode: 'no-cors' })`])))
})
