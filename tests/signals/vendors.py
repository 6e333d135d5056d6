"""Stand-ins for the software that is told: what pages carry of it, and scripts that take the calls as their makers say.

Every call that reaches one is in `window.heard` under its name, in order. The makers' documents are named in
consentkit/signals/consent_mode.py; what they leave open a stand-in does not take.
"""

from __future__ import annotations

TAG, UET, CLARITY, META, TIKTOK = (
    *("www.googletagmanager.com/gtag/js", "bat.bing.com/bat.js", "www.clarity.ms/tag/1"),
    *("connect.facebook.net/en_US/fbevents.js", "analytics.tiktok.com/i18n/pixel/events.js"),
)


def loading(place: str, then: str = "") -> str:
    """How such code has a script loaded."""
    return f"var s = document.createElement('script'); s.src = 'https://{place}'; {then} document.head.append(s);"


# What a site's author pastes into a page.
GOOGLE_TAG = f"""<script async src="https://{TAG}?id=G-1"></script><script>
window.dataLayer = window.dataLayer || []; function gtag() {{ dataLayer.push(arguments) }}
gtag('js', new Date(0)); gtag('config', 'G-1')</script>"""
_UET_LOADED = (
    "s.onload = function () { window.uetq = new UET({ ti: '1', q: window.uetq }); window.uetq.push('pageLoad') };"
)
UET_TAG = f"<script>(function () {{ window.uetq = window.uetq || []; {loading(UET, _UET_LOADED)} }})()</script>"
CLARITY_TAG = f"""<script>(function () {{
window.clarity = window.clarity || function () {{ (window.clarity.q = window.clarity.q || []).push(arguments) }};
{loading(CLARITY)} }})()</script>"""
META_TAG = f"""<script>(function () {{ if (window.fbq) return;
var made = window.fbq = function () {{
  made.callMethod ? made.callMethod.apply(made, arguments) : made.queue.push(arguments) }};
if (!window._fbq) window._fbq = made;
made.push = made; made.loaded = true; made.version = '2.0'; made.queue = []; {loading(META)} }})();
fbq('init', '1'); fbq('track', 'PageView')</script>"""
# The same as some write it: it reads the name that it has just made, before there is a queue.
META_TAG_AGAIN = f"""<script>if (!window.fbq) {{
window.fbq = function () {{
  window.fbq.callMethod ? window.fbq.callMethod.apply(null, arguments) : window.fbq.queue.push(arguments) }};
window.fbq.push = window.fbq; window.fbq.queue = []; {loading(META)} }}
fbq('init', '1'); fbq('track', 'PageView')</script>"""
# Its queue may be there already, gets the names of the calls, and says by `load` which pixel it is.
TIKTOK_TAG = f"""<script>(function () {{ window.TiktokAnalyticsObject = 'ttq'; var q = window.ttq = window.ttq || [];
q.methods = ['page', 'track', 'identify', 'holdConsent', 'revokeConsent', 'grantConsent'];
q.setAndDefer = function (to, method) {{
  to[method] = function () {{ to.push([method].concat([].slice.call(arguments))) }} }};
q.methods.forEach(function (method) {{ q.setAndDefer(q, method) }});
q.load = function (pixel) {{ q._i = q._i || {{}}; q._i[pixel] = []; {loading(TIKTOK)} }};
q.load('C1'); q.page() }})()</script>"""
EVERY_TAG = GOOGLE_TAG + UET_TAG + CLARITY_TAG + META_TAG + TIKTOK_TAG

_HEAR = "const hear = (who, call) => ((window.heard ||= {})[who] ||= []).push([...call]);"
# What comes back for them.
ANSWERS = {
    # A command is an `arguments` object; other entries are messages for Tag Manager.
    TAG: """
const take = (entry) => {
  if (Object.prototype.toString.call(entry) === '[object Arguments]') hear('google', entry)
  else if (!Array.isArray(entry)) hear('messages', [entry])
}
for (const entry of dataLayer) take(entry)
const push = dataLayer.push.bind(dataLayer)
dataLayer.push = (...entries) => { entries.forEach(take); return push(...entries) }
document.cookie = '_ga=GA1.1.1.1; max-age=3600; path=/'""",
    UET: """
window.UET = function (settings) {
  const take = (args) => {
    while (args.length) hear('uet', args[0] === 'consent' ? args.splice(0, 3) : args.splice(0, 1))
  }
  this.push = (...args) => take(args)
  take([...settings.q])
}""",
    CLARITY: """
const early = window.clarity.q || []
window.clarity = (...call) => hear('clarity', call)
for (const call of early) window.clarity(...call)""",
    META: """
window.fbq.callMethod = (...call) => hear('meta', call)
for (const call of window.fbq.queue.splice(0)) window.fbq.callMethod(...call)""",
    TIKTOK: """
const queue = window.ttq
for (const [method, ...args] of queue.splice(0)) hear('tiktok', [method, ...args])
for (const method of queue.methods) queue[method] = (...args) => hear('tiktok', [method, ...args])""",
}


def answer(url: str) -> str:
    """The script at this address; what nobody stands in for is empty."""
    place = url.partition("://")[2].partition("?")[0]
    return f"{{{_HEAR}{ANSWERS[place]}}}" if place in ANSWERS else ""
