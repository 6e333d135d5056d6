reach("https://count.test/websocket", "/own/websocket", at => {
  new WebSocket(new URL(at, location).href.replace('http', 'ws'))
})
