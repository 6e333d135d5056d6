reach("https://count.test/set-speculationrules", "/own/set-speculationrules", at => {
  const e = document.createElement('script')
  document.body.append(e)
  e.setAttribute('type', 'SpeculationRules')
  e.append(JSON.stringify({ prefetch: [{ urls: [at], eagerness: 'immediate' }] }))
})
