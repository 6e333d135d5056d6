reach("https://count.test/upper-url", "/own/upper-url", at => {
  new Image().src = at.replace('https://', 'HTTPS:\\\\').replace('.test', '.TEST.')
})
