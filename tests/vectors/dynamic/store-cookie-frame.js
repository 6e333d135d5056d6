store("_ga_store-cookie-frame", "own_store-cookie-frame", name => {
  const e = document.createElement('iframe')
  document.body.append(e)
  e.contentDocument.cookie = `${name}=1; path=/`
})
