if (self.importScripts) importScripts('/reach.js')
else new Worker('/worker-own.js')
if (self.importScripts) reach("https://count.test/worker-own", "/own/worker-own", at => {
  fetch(at, { mode: 'no-cors' })
})
