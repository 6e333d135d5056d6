reach("https://count.test/make-link-rel-last", "/own/make-link-rel-last", at => {
  const e = document.createElement('link')
  document.head.append(e)
  e.href = at
  e.relList.add('stylesheet')
})
