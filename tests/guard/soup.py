"""What every rewritten document has to hold to, and the alphabet of documents that try it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from consentkit.guard.html import HtmlRewriter
from consentkit.guard.suspects import Suspects

from .cases import INSERT, judge, judge_inline

_WORDS = (
    b"<script <SCRIPT </script> <style> </style> <svg> </svg> <math> <desc> <foreignObject> <template> </template> "
    b"<noscript> </noscript> <select> <iframe <img <a <form <button <input <link <meta <base <body> </body> <html> "
    b"<p <h:script <!-- --> <![CDATA[ ]]> <?xml-stylesheet ?> <!DOCTYPE [ ] <plaintext> <amp-img </ < > /> / = \" ' "
    b"src= srcset= srcdoc= href= xlink:href= style= type= rel= ping= action= formaction= content= background= fill= "
    b"onload= data-ck= data-ck-src= shadowrootmode=open http-equiv=refresh module importmap speculationrules "
    b"stylesheet //t.test/ https://t.test/a data:text/html, javascript:fetch('//t.test/') url( image-set( @import "
    b"&quot; &quot &lt; &lt &#x27 &fjlig; &nvlt; &amp; & \\72 \\ /* */ ( ) ; { } <iframe&#32;srcdoc="
)
SUSPECTS = Suspects({"t.test", "xn--bcher-kva.test"}.__contains__)
PIECES = [*_WORDS.split(b" "), b" ", b"\n", b"\r\n", b"\t", b"\0", b"\xff", b"\xef\xbd\x94", b"x" * 60]


class Recorder(HtmlRewriter):
    """A rewriter that insists on making its insertions in order: out of order, bytes would be lost or doubled."""

    def __init__(self, limit: int, xml: bool, suspects: Suspects | None = None) -> None:
        lead = b"<script>lead</script>"
        super().__init__(
            judge,
            judge_inline,
            INSERT,
            hold_limit=limit,
            lead=lead,
            xml=xml,
            embed=lambda label, attributes: b' srcdoc="x"',
            suspects=suspects,
        )

    def write(self, at: int, piece: bytes) -> None:
        assert self._sent <= at <= len(self._buf), "insertions must be made in order"
        super().write(at, piece)


def check(body: bytes, cuts: Sequence[int], limit: int, xml: bool) -> None:
    """The output is the author's bytes with insertions, the same for every chunking, wherever one looks."""
    whole = _fed([body], limit, xml)
    edges = [0, *sorted(cut % (len(body) + 1) for cut in cuts), len(body)]
    assert _fed([body[a:b] for a, b in pairwise(edges)], limit, xml) == whole
    assert _fed([body[i : i + 1] for i in range(len(body))], limit, xml) == whole
    assert _fed([body], limit, xml, SUSPECTS) == whole
    assert _fed([body[a:b] for a, b in pairwise(edges)], limit, xml, SUSPECTS) == whole
    left = iter(whole)
    assert all(byte in left for byte in body), "a byte of the author's is lost"


def _fed(chunks: Sequence[bytes], limit: int, xml: bool, suspects: Suspects | None = None) -> bytes:
    one = Recorder(limit, xml, suspects)
    return b"".join([one.feed(chunk) for chunk in chunks]) + one.finish()
