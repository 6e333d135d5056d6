reach("https://count.test/import-in-module", "/own/import-in-module", at => {
  const url = new URL(at, location).href
  import('data:text/javascript,import "' + url + '"').catch(() => 0)
})
