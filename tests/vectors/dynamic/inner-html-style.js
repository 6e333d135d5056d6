reach("https://www.google-analytics.com/inner-html-style", "/own/inner-html-style", at => {
  const e = document.createElement('p')
  document.body.append(e)
  e.innerHTML = `<style>@import "${at}";</style>`
})
