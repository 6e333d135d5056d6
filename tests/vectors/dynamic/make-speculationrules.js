reach("https://count.test/make-speculationrules", "/own/make-speculationrules", at => {
  const e = document.createElement('script')
  e.type = 'speculationrules'
  e.text = JSON.stringify({ prefetch: [{ urls: [at], eagerness: 'immediate' }] })
  document.body.append(e)
})
