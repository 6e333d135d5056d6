reach("https://count.test/set-form", "/own/set-form", at => {
  const f = document.createElement('iframe'), e = document.createElement('form')
  f.name = e.target = 'f' + at.length
  e.action = at
  document.body.append(f, e)
  e.submit()
})
