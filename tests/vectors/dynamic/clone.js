reach("https://count.test/clone", "/own/clone", at => {
  const e = new Image
  e.src = at
  document.body.append(e.cloneNode())
})
