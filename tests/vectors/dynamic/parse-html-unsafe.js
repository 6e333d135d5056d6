reach("https://connect.facebook.net/parse-html-unsafe", "/own/parse-html-unsafe", at => {
  document.body.append(document.adoptNode(Document.parseHTMLUnsafe(`<img src=${at}>`).body.firstChild))
})
