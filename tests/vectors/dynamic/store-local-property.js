store("_ga_store-local-property", "own_store-local-property", name => {
  localStorage[name] = '1'
})
