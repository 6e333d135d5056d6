reach("https://count.test/write", "/own/write", at => {
  document.write(`<img src='${at}'>`)
})
