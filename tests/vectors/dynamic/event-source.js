reach("https://www.google-analytics.com/event-source", "/own/event-source", at => {
  const e = new EventSource(at)
  e.onerror = () => e.close()
})
