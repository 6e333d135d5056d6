reach("https://connect.facebook.net/change-img", "/own/change-img", at => {
  const e = new Image
  e.src = 'data:,'
  document.body.append(e)
  setTimeout(() => e.src = at)
})
