reach("https://ad.doubleclick.net/writeln", "/own/writeln", at => {
  document.writeln('<script src="', at, '"></scr', 'ipt>')
})
