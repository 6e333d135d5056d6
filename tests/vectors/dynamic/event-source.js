reach("https://count.test/event-source", "/own/event-source", at => {
  const e = new EventSource(at)
  e.onerror = () => e.close()
})
