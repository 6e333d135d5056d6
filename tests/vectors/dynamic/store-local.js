store("_ga_store-local", "own_store-local", name => {
  localStorage.setItem(name, '1')
})
