store("_ga_store-local-call", "own_store-local-call", name => {
  Storage.prototype.setItem.call(localStorage, name, '1')
})
