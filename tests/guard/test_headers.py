"""Headers that make a browser ask a third party."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.guard.headers import HeldHeader, hold_headers
from consentkit.http import ResponseHead


def judge(url: str) -> str | None:
    return "marketing ads" if "//ads.test" in url else None


def left(name: str, value: str) -> str | None:
    """What goes out of one line; None when nothing does."""
    head, held = hold_headers(ResponseHead(200, ((b"x-a", b"1"), (name.encode(), value.encode("latin-1")))), judge)
    assert head.header(b"x-a") == b"1"
    kept = head.header(name.encode())
    assert bool(held) == (kept is None or kept.decode("latin-1") != value)
    assert set(held) <= {HeldHeader(name, "marketing ads")}
    return None if kept is None else kept.decode("latin-1")


CSP = "content-security-policy"
AD = "<https://ads.test/a.js>"


@pytest.mark.parametrize(
    ("name", "value", "after"),
    [
        ("link", f"{AD}; rel=preload; as=script", None),
        ("link", f'</a.css>; rel=preload, {AD}; rel="preload",  <https://ok.test>;rel=preconnect',
         "</a.css>; rel=preload,  <https://ok.test>;rel=preconnect"),
        ("link", f"{AD};rel=preload, </b>; rel=next; title=\"a, b; <c>\"", '</b>; rel=next; title="a, b; <c>"'),
        *((("link", f"{AD}; rel={rel}", None)) for rel in ("preconnect", "dns-prefetch", "modulepreload", "PREFETCH",
          "stylesheet", "icon", "manifest", "compression-dictionary", "prerender")),
        ("link", f'{AD}; rel="next  preload"', None),
        ("link", f"{AD}; rel=next; rel=preload", None),
        ("link", f"{AD} ; REL = preload", None),
        ("link", f'{AD}; rel="pre\\load"; as=script', None),
        ("link", f'{AD}; title="; rel="; rel=preload; x=""', None),
        ("link", f'{AD}; title="; rel=preload; x"; rel=canonical', f'{AD}; title="; rel=preload; x"; rel=canonical'),
        ("link", f"{AD}", None),
        ("link", f"{AD}; rel=canonical, {AD}; rel=license", f"{AD}; rel=canonical, {AD}; rel=license"),
        ("link", "<//ads.test/,a>; rel=preload, </b>; rel=next", "</b>; rel=next"),
        ("link", "<https:\\\\ads.test>; rel=preload", None),
        ("link", "< HTTPS://ADS.test >; rel=preload", None),
        ("link", '</a.png>; rel=preload; as=image; imagesrcset="/b 1x, https://ads.test/c 2x"', None),
        ("link", f'</a>; title="never closed, {AD}; rel=preload', None),
        ("link", "<https://ads.test/never closed; rel=preload", None),
        ("link", "", ""),
        ("refresh", "5; url=https://ads.test/", None),
        ("refresh", "0;URL='//ads.test/'more", None),
        ("refresh", '0 ,  url = "https://ads.test', None),
        ("refresh", " 1.5 https://ads.test/", None),
        ("refresh", "5; url=/next?to=https:ads.test", "5; url=/next?to=https:ads.test"),
        ("refresh", "300", "300"),
        ("reporting-endpoints", 'main="https://ads.test/r", own="/r"', 'own="/r"'),
        ("reporting-endpoints", 'main="https://ads.test/\\"r";x=1', None),
        (CSP, "default-src 'self'; report-uri https://ads.test/r", "default-src 'self'"),
        (CSP, "report-uri https://ads.test/r /own; img-src https://ads.test", "report-uri /own; img-src https://ads.test"),
        (CSP, "Report-URI //ads.test; img-src *, report-uri https://ads.test/x", "img-src *"),
        (CSP, "report-uri https://ads.test/r", None),
        (CSP, "script-src https://ads.test; report-to main", "script-src https://ads.test; report-to main"),
        (f"{CSP}-report-only", "report-uri //ads.test", None),
        ("speculation-rules", '"/rules.json", "https://ads.test/rules.json"', '"/rules.json"'),
        ("sourcemap", "https://ads.test/a.map", None),
        ("x-sourcemap", "/a.map", "/a.map"),
        ("location", "https://ads.test/", "https://ads.test/"),
        ("nel", '{"report_to": "ads", "max_age": 9}', '{"report_to": "ads", "max_age": 9}'),
    ],
)  # fmt: skip
def test_one_line(name: str, value: str, after: str | None) -> None:
    """A value that would make a browser ask a tracker is taken out; what stands beside it stays byte for byte."""
    assert left(name, value) == after


ADS = '{"group":"a","max_age":9,"endpoints":[{"url":"https:\\/\\/ads.test/r"},{"url":"/r"}]}'
OWN = '{ "group" : "b", "max_age":9, "endpoints": [{"url": "/r"}]}'


@pytest.mark.parametrize(
    ("value", "after"),
    [
        (ADS, '{"group": "a", "max_age": 0, "endpoints": []}'),
        (f"{OWN} ,\t{ADS}", f'{OWN},{{"group": "a", "max_age": 0, "endpoints": []}}'),
        (OWN, OWN),
        (ADS[:-1], None),
        (f"{OWN} {ADS}", None),
        ('{"endpoints": "https://ads.test"}', None),
        ('{"endpoints": [{"url": 5}]}', '{"endpoints": [{"url": 5}]}'),
        ("[" * 100_000, "[" * 100_000),
    ],
)
def test_report_to(value: str, after: str | None) -> None:
    """A browser that keeps a tracker's reporting group from before is told to forget it, and nothing of the others."""
    assert left("report-to", value) == after


def test_nothing_to_hold() -> None:
    """A response that sends nobody anywhere is the same object as before."""
    head = ResponseHead(404, ((b"link", b"</a.css>; rel=preload"), (b"content-type", b"text/html")))
    assert hold_headers(head, judge) == (head, [])
    assert hold_headers(head, judge)[0] is head


_NAMES = st.sampled_from(
    [b"link", b"refresh", b"report-to", b"reporting-endpoints", CSP.encode(), b"speculation-rules"]
)
_BITS = st.sampled_from(["<", ">", '"', ",", ";", " ", "\\", "=", "rel=preload", "0;url=", "report-uri ", "{", "}",
                         '"endpoints":[{"url":"', "https://ads.test/", "https://ok.test/", "//", "\xe9"])  # fmt: skip


@given(_NAMES, st.lists(_BITS, max_size=14))
def test_any_line(name: bytes, bits: list[str]) -> None:
    """No bytes in a header can break a response, and what was held once is not there to be held again."""
    value = "".join(bits).encode("latin-1")
    head, _ = hold_headers(ResponseHead(200, ((name, value),)), judge)
    assert hold_headers(head, judge) == (head, [])
