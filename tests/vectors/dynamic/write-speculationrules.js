reach("https://count.test/write-speculationrules", "/own/write-speculationrules", at => {
  const rules = JSON.stringify({ prefetch: [{ urls: [at], eagerness: 'immediate' }] })
  document.write(`<script type="speculationrules">${rules}</` + 'script>')
})
