reach("https://www.google-analytics.com/worklet", "/own/worklet", at => {
  new OfflineAudioContext(1, 1, 44100).audioWorklet.addModule(at).catch(() => 0)
})
