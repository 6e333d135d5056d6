reach("https://www.google-analytics.com/write-split", "/own/write-split", at => {
  document.write('<script sr')
  document.write(`c='${at}'></scr`)
  document.write('ipt>')
})
