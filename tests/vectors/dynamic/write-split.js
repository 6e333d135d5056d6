reach("https://connect.facebook.net/write-split", "/own/write-split", at => {
  document.write('<script sr')
  document.write(`c='${at}'></scr`)
  document.write('ipt>')
})
