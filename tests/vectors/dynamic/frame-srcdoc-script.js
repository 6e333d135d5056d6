reach("https://connect.facebook.net/frame-srcdoc-script", "/own/frame-srcdoc-script", at => {
  const e = document.createElement('iframe')
  e.srcdoc = `<script>new Image().src = '${at}'</` + 'script>'
  document.body.append(e)
})
