store("_ct_store-session", "own_store-session", name => {
  sessionStorage.setItem(name, '1')
})
