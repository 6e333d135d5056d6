reach("https://connect.facebook.net/set-named-item", "/own/set-named-item", at => {
  const e = new Image, a = document.createAttribute('src')
  a.value = at
  e.attributes.setNamedItem(a)
})
