store("_ct_store-cookie-declared", "own_store-cookie-declared", name => {
  document.cookie = ` ${name} = 1 ; path=/`
})
