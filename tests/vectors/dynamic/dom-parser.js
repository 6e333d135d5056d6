reach("https://www.google-analytics.com/dom-parser", "/own/dom-parser", at => {
  document.body.append(document.adoptNode(new DOMParser().parseFromString(`<img src=${at}>`, 'text/html').body.firstChild))
})
