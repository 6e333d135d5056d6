// Servers by which peers find each other (WebRTC): to ask one is to tell it the visitor's address. Knows a configuration
// and a judge. Browsers put these under no policy.
import type { Judge } from "./judge"
import { patch, patchEach, type Before } from "./patch"

// "stun:host:port" has no host for a URL parser (RFC 7064, RFC 7065).
const SCHEME = /^(stun|turn)s?:/i

/** Leave servers that are held out of every connection of one window; the connection is made with the others. */
export function guardPeers(realm: any, judge: Judge): void {
  const isHeld = (url: string): string => judge.url(url.replace(SCHEME, "https://"))
  const without: Before = (args) => {
    const iceServers = [...args[0].iceServers].filter(({ urls, url }) => ![urls, url].flat().some((one) => isHeld(`${one}`)))
    args[0] = { ...args[0], iceServers }
  }
  // Chromium has a second name for it.
  for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection"]) patch(realm, name, without)
  patchEach(realm, "RTCPeerConnection.setConfiguration", without)
}
