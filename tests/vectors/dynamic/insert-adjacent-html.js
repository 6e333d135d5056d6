reach("https://ad.doubleclick.net/insert-adjacent-html", "/own/insert-adjacent-html", at => {
  document.body.insertAdjacentHTML('beforeend', `<img srcset="${at} 1x">`)
})
