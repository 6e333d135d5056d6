reach("https://count.test/contextual-fragment", "/own/contextual-fragment", at => {
  document.body.append(document.createRange().createContextualFragment(`<script src=${at}></` + 'script>'))
})
