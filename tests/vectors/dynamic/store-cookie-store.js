store("_ga_store-cookie-store", "own_store-cookie-store", name => {
  cookieStore.set(name, '1')
})
