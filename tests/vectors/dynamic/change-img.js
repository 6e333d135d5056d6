reach("https://ad.doubleclick.net/change-img", "/own/change-img", at => {
  const e = new Image
  e.src = 'data:,'
  document.body.append(e)
  setTimeout(() => e.src = at)
})
