"""The nonce by which a page's Content-Security-Policy lets a script run, so that ours may.

Knows a response's headers; not the policy in a `<meta>`, nor who wrote it. The nonce is the app's word that the server
speaks: we are the server.
"""

from __future__ import annotations

import re

from consentkit.http import ResponseHead

# CSP3 §2.3.1, the directives that govern a script element, and base64-value.
_NONCE = re.compile(rb"(?:^|[;,\s])(?:script-src-elem|script-src|default-src)\s[^;,]*?'nonce-([\w+/-]+=*)'", re.I)


def script_nonce(head: ResponseHead) -> str:
    """The first nonce for scripts, or ""."""
    for name, value in head.headers:
        if name == b"content-security-policy" and (found := _NONCE.search(value)):
            return found[1].decode("ascii")
    return ""
