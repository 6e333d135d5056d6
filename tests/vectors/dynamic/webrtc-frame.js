reach("stun:webrtc-frame.doubleclick.net:3478", "/own/webrtc-frame", at => {
  if (at.includes(location.host)) fetch(at)
  else {
    const frame = document.createElement('iframe')
    document.body.append(frame)
    const e = new frame.contentWindow.RTCPeerConnection()
    e.setConfiguration({ iceServers: [{ urls: ['stun:0.0.0.0', at] }] })
    e.createDataChannel('')
    e.setLocalDescription()
  }
})
