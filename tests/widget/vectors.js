// Ways in which a page's own script reaches for something, each under its name. `wakes`: after a yes it happens in the
// page that is there; `later`: with the next load. `at` gives an address under which that name is asked for, `put` puts a
// node into the page, and `says` is told of a failure.
const attempt = (name, run) => {
  const put = node => document.body.append(node), says = error => failures.push(error.name)
  try { run(() => BASE + encodeURI(name), put, says) } catch (error) { failures.push(`${name}: ${error}`) }
}
const wakes = attempt, later = attempt
window.failures = []

wakes("script src", (at, put, says) => {
  const e = document.createElement('script'); e.src = at(); put(e)
})
wakes("img src", (at, put, says) => {
  const e = document.createElement('img'); e.src = at(); put(e)
})
wakes("iframe src", (at, put, says) => {
  const e = document.createElement('iframe'); e.src = at(); put(e)
})
wakes("embed src", (at, put, says) => {
  const e = document.createElement('embed'); e.src = at(); put(e)
})
wakes("video src", (at, put, says) => {
  const e = document.createElement('video'); e.src = at(); put(e)
})
wakes("audio src", (at, put, says) => {
  const e = document.createElement('audio'); e.src = at(); put(e)
})
wakes("object data", (at, put, says) => {
  const e = document.createElement('object'); e.data = at(); put(e)
})
wakes("video poster", (at, put, says) => {
  const e = document.createElement('video'); e.poster = at(); put(e)
})
wakes("input", (at, put, says) => {
  const e = document.createElement('input'); e.type = 'image'; e.src = at(); put(e)
})
wakes("srcset", (at, put, says) => {
  const e = new Image; e.srcset = '/own/x 2x, ' + at() + ' 1x'; put(e)
})
wakes("stylesheet", (at, put, says) => {
  const e = document.createElement('link'); e.href = at(); e.rel = 'stylesheet'; put(e)
})
wakes("preload", (at, put, says) => {
  const e = document.createElement('link'); e.rel = 'preload'; e.as = 'image'; e.href = at(); put(e)
})
wakes("source", (at, put, says) => {
  const v = document.createElement('video'), e = document.createElement('source'); e.src = at(); v.append(e); put(v)
})
wakes("track", (at, put, says) => {
  const v = document.createElement('video'), e = document.createElement('track'); v.crossOrigin = ''; v.append(e); put(v); e.default = true; e.track.mode = 'showing'; e.src = at()
})
wakes("setAttribute", (at, put, says) => {
  const e = new Image; e.setAttribute('SRC', at()); put(e)
})
wakes("setAttributeNS", (at, put, says) => {
  const n = 'http://www.w3.org/2000/svg', s = document.createElementNS(n, 'svg'), e = document.createElementNS(n, 'image'); e.setAttributeNS('http://www.w3.org/1999/xlink', 'xlink:href', at()); e.setAttribute('width', 9); e.setAttribute('height', 9); s.append(e); put(s)
})
wakes("the setter itself", (at, put, says) => {
  const e = new Image; Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, 'src').set.call(e, at()); put(e)
})
wakes("a script that is changed later", (at, put, says) => {
  const e = document.createElement('script'); put(e); e.src = at()
})
wakes("an odd spelling", (at, put, says) => {
  const e = new Image; e.src = at().replace('https://', 'HTTPS:\\\\').replace('.test', '.TEST.:443'); put(e)
})
later("new Image", (at, put, says) => {
  new Image().src = at()
})
later("new Audio", (at, put, says) => {
  new Audio(at()).play().catch(() => {})
})
wakes("innerHTML", (at, put, says) => {
  const e = document.createElement('p'); put(e); e.innerHTML = `<b>x</b><img alt='a > b' src=${at()}>`
})
wakes("outerHTML", (at, put, says) => {
  const e = document.createElement('p'); put(e); e.outerHTML = `<iframe src='${at()}'></iframe>`
})
wakes("insertAdjacentHTML", (at, put, says) => {
  document.body.insertAdjacentHTML('beforeend', `<img srcset="${at()} 1x">`)
})
wakes("createContextualFragment", (at, put, says) => {
  put(document.createRange().createContextualFragment(`<script src=${at()}></` + 'script>'))
})
wakes("DOMParser", (at, put, says) => {
  put(document.adoptNode(new DOMParser().parseFromString(`<img src=${at()}>`, 'text/html').body.firstChild))
})
wakes("a template's content", (at, put, says) => {
  const t = document.createElement('template'); t.innerHTML = `<img src=${at()}>`; put(t.content.cloneNode(true))
})
wakes("importNode", (at, put, says) => {
  const t = document.implementation.createHTMLDocument('').createElement('img'); t.src = at(); put(document.importNode(t))
})
wakes("cloneNode", (at, put, says) => {
  const e = new Image; e.src = at(); put(e.cloneNode())
})
wakes("a shadow root", (at, put, says) => {
  const e = document.createElement('p'); put(e); e.attachShadow({ mode: 'open' }).innerHTML = `<img src=${at()}>`
})
wakes("a declarative shadow root", (at, put, says) => {
  const e = document.createElement('p'); put(e); e.setHTMLUnsafe(`<span><template shadowrootmode=open><img src=${at()}></template></span>`)
})
wakes("write", (at, put, says) => {
  document.write(`<img src='${at()}'>`)
})
wakes("writeln", (at, put, says) => {
  document.writeln('<script src="', at(), '"></scr', 'ipt>')
})
later("srcdoc", (at, put, says) => {
  const e = document.createElement('iframe'); e.srcdoc = `<img src=${at()}>`; put(e)
})
later("insertRule", (at, put, says) => {
  const s = document.createElement('style'); put(s); s.sheet.insertRule(`h1 { background: url(${at()}) }`)
})
later("an adopted sheet", (at, put, says) => {
  const s = new CSSStyleSheet; s.replaceSync(`h1 { list-style: url('${at()}') inside; display: list-item }`); document.adoptedStyleSheets.push(s)
})
later("setProperty", (at, put, says) => {
  const e = document.createElement('p'); e.style.setProperty('background', `url("${at()}")`); put(e)
})
later("cssText", (at, put, says) => {
  const e = document.createElement('p'); e.style.cssText = `background: url( '${at()}' )`; put(e)
})
later("a style in markup", (at, put, says) => {
  const e = document.createElement('p'); put(e); e.innerHTML = `<i style='background: url(${at()})'>x</i>`
})
later("fetch", (at, put, says) => {
  fetch(at(), { mode: 'no-cors' }).catch(says)
})
later("fetch a Request", (at, put, says) => {
  fetch(new Request(at(), { mode: 'no-cors' })).catch(says)
})
later("fetch a URL", (at, put, says) => {
  fetch(new URL(at(), location), { mode: 'no-cors' }).catch(says)
})
later("XMLHttpRequest", (at, put, says) => {
  const x = new XMLHttpRequest; x.onerror = () => says(new TypeError); x.open('GET', at()); x.send()
})
later("sendBeacon", (at, put, says) => {
  navigator.sendBeacon(at(), 'x')
})
later("EventSource", (at, put, says) => {
  const e = new EventSource(at()); e.onerror = () => { e.close(); says(new TypeError) }
})
later("a frame's fetch", (at, put, says) => {
  const e = document.createElement('iframe'); put(e); e.contentWindow.fetch(at(), { mode: 'no-cors' }).catch(() => {})
})
later("a frame's elements", (at, put, says) => {
  const e = document.createElement('iframe'); put(e); const d = e.contentDocument; d.body.append(Object.assign(d.createElement('img'), { src: at() }))
})
later("a frame that is written", (at, put, says) => {
  const e = document.createElement('iframe'); put(e); e.contentDocument.write(`<img src=${at()}>`); e.contentDocument.close()
})
