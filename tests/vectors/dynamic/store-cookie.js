store("_ga_store-cookie", "own_store-cookie", name => {
  document.cookie = `${name}=1; path=/; max-age=3600`
})
