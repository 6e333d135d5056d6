reach("stun:webrtc.count.test:3478", "/own/webrtc", at => {
  if (at.includes(location.host)) fetch(at)
  else {
    const e = new RTCPeerConnection({ iceServers: [{ urls: at }] })
    e.createDataChannel('')
    e.setLocalDescription()
  }
})
