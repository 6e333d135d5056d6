reach("https://www.google-analytics.com/set-setter", "/own/set-setter", at => {
  Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, 'src').set.call(new Image, at)
})
