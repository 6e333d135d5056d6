reach("https://hint-references.count.test/", "/own/hint-references", at => {
  if (at.includes(location.host)) fetch(at)
  document.head.insertAdjacentHTML('beforeend', `<link rel=preconnect href="${at.replaceAll('/', '&#47;')}">`)
})
