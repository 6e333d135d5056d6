"""Names that say login, forged requests or cart, in whatever language a site is written.

Knows a name and nothing else. Nobody may lose a login over us: a cookie that nobody declared and nobody catalogued
passes under one of these. What has a name of its own (`dwsid`, `koa.sess`) is in the catalogue, as essential.
"""

from __future__ import annotations

import re
from functools import lru_cache

_LONGEST = 256
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_OTHER = re.compile(r"[^a-z0-9]+")
# Anywhere in a name. "auth", but no author: only who is authorised or authenticated.
_PARTS = re.compile(
    r"session|sessid|sessauth|csrf|xsrf|antiforgery|auth(?!or(?!i[sz]))|log-?(?:in|on)(?![a-z])|login|logged-?in|sign-?in(?![a-z])"
    r"|remember|password|passkey|two-?factor|code-verifier"
)
# Words by themselves, a number behind them or not.
_WORDS = re.compile(
    r"(?:^|-)(?:sid|sess|jwt|tkt|bearer|credentials?|otp|mfa|2fa|sso|saml|oidc|pkce|nonce"
    r"|(?:access|refresh|id|user|secure)?token|(?:shopping|mini|guest)?(?:cart|basket)(?:id)?|shopping-?bag|checkout)"
    r"[0-9]*(?:$|-)"
)
# Logins named by an installation of its own: Craft's, WordPress' and DokuWiki's hashes, MediaWiki's databases.
_HASHED = re.compile(
    r"[0-9a-f]{32}-(?:identity|username)|(?:dw|wordpress-)[0-9a-f]{32}|[a-z0-9-]*wiki-?user-(?:id|name)"
)


@lru_cache(maxsize=1024)
def is_spared(name: str) -> bool:
    """Whether a name says that somebody would be logged out, or turned away, without its cookie."""
    words = _OTHER.sub("-", _HUMP.sub("-", name[:_LONGEST]).lower())
    return bool(_PARTS.search(words) or _WORDS.search(words) or _HASHED.fullmatch(words))
