if (self.importScripts) importScripts('/reach.js')
else navigator.serviceWorker.register('/service-worker-fetch.js', { scope: '/service-worker-fetch/' })
if (self.importScripts) reach("https://count.test/service-worker-fetch", "/own/service-worker-fetch", at => {
  fetch(at, { mode: 'no-cors' })
})
