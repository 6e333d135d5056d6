reach("https://count.test/set-attribute-ns-html", "/own/set-attribute-ns-html", at => {
  const e = new Image
  e.setAttributeNS(null, 'src', at)
  document.body.append(e)
})
