"""Could a body hide the name of a host from a search for names? A cheap answer; in doubt, yes.

Knows the spellings by which a URL in HTML or in a script can name a host without its bytes: references, escapes,
backslashes, percent signs, tabs and line ends, letters that fold into others. A candidate search over a body that hides
nothing may be believed; any other body is read tag by tag.
"""

from __future__ import annotations

import re
from collections.abc import Callable

# References that stand for no letter, digit or sign of a host name, and for nothing a browser drops from one.
_HARMLESS = (
    rb"(?:amp|nbsp|lt|gt|quot|apos|copy|reg|laquo|raquo|lsaquo|rsaquo|mdash|ndash|lsquo|rsquo|ldquo|rdquo|hellip"
    rb"|middot|bull|times|euro|pound|rarr|larr|szlig|oslash|[nN]tilde|[cC]cedil|[aA]ring"
    rb"|[aeiouAEIOU](?:acute|grave|uml|circ)"
    rb"|#(?:0*3[489]|6[02]|1(?:6[0-9]|71|74|87)|2[0-5][0-9]|82(?:1[0-9]|2[0-7]|30)"
    rb"|[xX](?:0*2[267]|0*3[cCeE]|0*[aA]0|0*[aA][bB]|0*[bB][bB]|201[0-9c-dC-D]|2022|2026));)"
)
_HIDING_REFERENCE = re.compile(rb"&(?!" + _HARMLESS + rb")(?:#|[A-Za-z][A-Za-z0-9]*+;|shy|ord[fm]|sup[123]|frac)")
_ESCAPED = re.compile(rb"\\(?:u\{?0*|x)(?:2[dDeEfF]|3[0-9aA]|[46][1-9a-fA-F]|[57][0-9aA])")
# Slashes with a line end between them; a host cut by one, or with a user name, a percent sign or a letter that folds.
_ODD_HOST = re.compile(rb"/(?:[\t\n\r]+[/\\]|/[A-Za-z0-9.:-]*+(?:[%@\x80-\xff]|[\t\n\r]+[A-Za-z0-9.:-]))")
# "https:host" and "https:/host" name hosts on an http page; a script in a data: URL may be in base64.
_ODD_SCHEME = re.compile(
    rb":(?:(?:(?<=http:)|(?<=https:)|(?<=HTTP:)|(?<=HTTPS:))(?:/(?!/)|(?=[A-Za-z0-9%]))"
    rb"|(?:(?<=data:)|(?<=DATA:))(?=[a-zA-Z])[^,\"'\s>]{0,60}(?:script|html))"
)


def hides(body: bytes, candidate: Callable[[bytes], bool]) -> bool:
    """True when a host could be named in this body without being found by name."""
    if _HIDING_REFERENCE.search(body) or _ODD_HOST.search(body) or _ODD_SCHEME.search(body):
        return True
    if b"\\" not in body:
        return False
    return bool(_ESCAPED.search(body)) or candidate(body.replace(b"\\", b"/"))
