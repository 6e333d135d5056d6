reach("https://www.google-analytics.com/shadow-declared", "/own/shadow-declared", at => {
  const e = document.createElement('p')
  document.body.append(e)
  e.setHTMLUnsafe(`<div><template shadowrootmode=open><img src=${at}></template></div>`)
})
