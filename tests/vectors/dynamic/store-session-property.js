store("_ct_store-session-property", "own_store-session-property", name => {
  sessionStorage[name] = '1'
})
