reach("https://count.test/set-form-top", "/own/set-form-top", at => {
  const e = document.createElement('form')
  document.body.append(e)
  if (at.includes(location.host)) self.own = fetch(at)
  else setTimeout(() => own.then(() => {
    e.method = 'post'
    e.action = at
    e.submit()
  }), 50)
})
