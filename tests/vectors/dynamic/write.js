reach("https://www.google-analytics.com/write", "/own/write", at => {
  document.write(`<img src='${at}'>`)
})
