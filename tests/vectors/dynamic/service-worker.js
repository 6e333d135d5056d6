if (self.importScripts) importScripts('/reach.js')
else navigator.serviceWorker.register('/service-worker.js', { scope: '/service-worker/' })
if (self.importScripts) reach("https://count.test/service-worker", "/own/service-worker", at => {
  importScripts(at)
})
