reach("https://connect.facebook.net/writeln", "/own/writeln", at => {
  document.writeln('<script src="', at, '"></scr', 'ipt>')
})
