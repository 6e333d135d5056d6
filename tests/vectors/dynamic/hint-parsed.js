reach("https://hint-parsed.count.test/", "/own/hint-parsed", at => {
  if (at.includes(location.host)) fetch(at)
  const text = `<link rel=preconnect href="${at.replaceAll('/', '&sol;')}">`
  document.head.append(new DOMParser().parseFromString(text, 'text/html').querySelector('link'))
  document.head.append(Document.parseHTMLUnsafe(text).querySelector('link'))
})
