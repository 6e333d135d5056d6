reach("https://ad.doubleclick.net/websocket", "/own/websocket", at => {
  new WebSocket(new URL(at, location).href.replace('http', 'ws'))
})
