reach("https://count.test/fetch-request", "/own/fetch-request", at => {
  fetch(new Request(at, { mode: 'no-cors' })).catch(() => 0)
})
