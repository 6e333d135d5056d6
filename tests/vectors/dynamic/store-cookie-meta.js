store("_ga_store-cookie-meta", "own_store-cookie-meta", name => {
  document.head.insertAdjacentHTML('beforeend', `<meta http-equiv=set-cookie content='${name}=1; path=/'>`)
})
