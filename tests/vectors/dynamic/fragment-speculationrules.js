reach("https://count.test/fragment-speculationrules", "/own/fragment-speculationrules", at => {
  const rules = JSON.stringify({ prefetch: [{ urls: [at], eagerness: 'immediate' }] })
  document.body.append(document.createRange().createContextualFragment(
    `<p><script type=speculationrules>${rules}</` + 'script></p>'))
})
