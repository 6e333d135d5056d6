"""The language of the page a visitor reads, through the whole of the stack."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import httpx
import pytest

from consentkit.tlog import Signer
from consentkit.wsgi import ConsentMiddleware

POLICY: dict[str, Any] = {
    "controller": {"name": "Shop Ltd", "contact": "privacy@shop.test"},
    "vendors": [
        {"id": "ads", "name": "Ads", "category": "marketing", "purpose": "Measures.", "hosts": ["ads.test"]},
    ],
}
KEY = Signer.generate("shop.test/consent-log").to_text()
FRAME = '<iframe src="https://ads.test/x"></iframe>'
Ask = Callable[..., str]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """ask(page, accept_language): what a browser gets, sent in pieces of `size`, under a policy with `own` in it."""
    opened: dict[str, ConsentMiddleware] = {}
    sent: list[bytes] = []
    heads: list[tuple[str, str]] = []

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), *heads])
        return sent

    def get(page: str, wanted: str = "", *, size: int = 10_000, path: str = "/", control: str = "", **own: Any) -> str:
        site = repr(own)
        if site not in opened:
            data = tmp_path_factory.mktemp("site")
            settings = {"data": data, "secret": "a-secret-for-the-tests", "signing_key": KEY}
            opened[site] = ConsentMiddleware(app, policy=POLICY | own, **settings)
        sent[:] = [page.encode()[at : at + size] for at in range(0, len(page), size)]
        heads[:] = [("Cache-Control", control)] if control else []
        headers = {"accept": "text/html", "accept-language": wanted, "sec-fetch-dest": "document"}
        with httpx.Client(transport=httpx.WSGITransport(app=opened[site]), base_url="http://shop.test") as client:
            return client.get(path, headers=headers).text

    yield get
    for middleware in opened.values():
        middleware._kit.close()


def page(language: str = "", rest: str = "") -> str:
    return f"<!doctype html><html{language}><head><title>x</title></head><body><h1>x</h1>{rest}</body></html>"


def language_of(answer: str) -> str:
    """The language of the banner, or of the page if it is one of ours."""
    found = re.search(r'<section class="ck-first"[^>]* lang="([^"]*)"|^<!doctype html>\n<html lang="([^"]*)"', answer)
    assert found
    return found[1] or found[2]


@pytest.mark.parametrize(
    ("written", "wanted", "policy", "shown"),
    [
        (' lang="fr"', "de, en;q=0.5", {}, "fr"),
        (" LANG=fr-BE class=x", "de", {}, "fr"),
        (' lang="f&#114;"', "de", {}, "fr"),
        (' lang="sr"', "de;q=0.5, ro", {}, "ro"),
        ('lang="fr"', "", {}, "en"),  # part of the tag's name
        (' lang=""', "de-AT", {}, "de"),
        ("", "tlh, nl;q=0.1", {}, "nl"),
        ("", "", {}, "en"),
        ("", "", {"languages": ["nl", "fr"]}, "nl"),
        (' lang="de"', "fr", {"languages": ["nl", "fr"]}, "fr"),
        (f' lang="{"x" * 5000}"', "fr", {}, "fr"),
        (' lang="&quot;><script>"', "*", {}, "en"),
    ],
)
def test_the_page_says_it_first(ask: Ask, written: str, wanted: str, policy: dict[str, Any], shown: str) -> None:
    """A visitor is asked in the language of the page, else of their browser, else in the site's first."""
    assert language_of(ask(page(written), wanted, **policy)) == shown


@pytest.mark.parametrize("size", [1, 20, 23])
def test_a_page_in_pieces_says_it_too(ask: Ask, size: int) -> None:
    """However the app sends its page, the banner waits for the page to say which language it is in."""
    assert language_of(ask(page(' lang="fr"'), "de", size=size)) == "fr"


def test_a_page_met_before_still_says_it(ask: Ask) -> None:
    """A page that was rewritten for somebody else is in its own language for the next visitor, frames and all."""
    for written, shown, said in ((' lang="fr"', "fr", "Contenu de Ads"), (' lang="nl"', "nl", "Inhoud van Ads")) * 2:
        answer = ask(page(written, FRAME), "de")
        assert language_of(answer) == shown
        assert said in answer
        assert f"<html lang='{shown}'" in answer


def test_a_page_inside_a_page_does_not(ask: Ask) -> None:
    """What a page quotes, in a template or after its beginning, is not what it is in."""
    rest = '<template><html lang="nl"></template><html lang="ro">'
    assert language_of(ask(f"<!doctype html><template><html lang=ro></template>{page(' lang=fr', rest)}", "de")) == "fr"


def test_a_shared_page_follows_nobodys_wish(ask: Ask) -> None:
    """A page that caches give to everybody has our link in its own language, else in the site's first."""
    for written, shown in ((' lang="fr"', "fr"), ("", "en")):
        assert f"<aside class=ck-reopen lang={shown} " in ask(page(written), "de", control="public")


def test_our_pages_follow_their_address(ask: Ask) -> None:
    """Whoever comes from a French page may be led to our pages in French; a made-up language changes nothing."""
    for name in ("preferences", "declaration", "receipt", "nowhere"):
        assert language_of(ask("", "de", path=f"/_privacy/{name}?lang=fr")) == "fr"
    assert language_of(ask("", "de", path='/_privacy/preferences?lang="><script>')) == "de"


def test_the_banner_leads_on_in_its_own_language(ask: Ask) -> None:
    """Whoever goes from the banner to all the details, with scripts or without, goes on reading the same language."""
    banner = ask(page(' lang="fr"'), "de")
    for link in re.findall(r'href="(/_privacy/[^"]*)"', banner.partition("ck-row")[0])[1:]:
        assert language_of(ask("", "de", path=html.unescape(link))) == "fr"
    assert '<input type="hidden" name="lang" value="fr">' in banner


def test_a_page_of_the_app_is_not_asked_by_its_address(ask: Ask) -> None:
    """A parameter of the app's own is the app's."""
    assert language_of(ask(page(), "de", path="/?lang=fr")) == "de"


def test_own_words_reach_the_visitor_and_the_evidence(ask: Ask) -> None:
    """What a site says in its own words is what is shown, and a notice with other words is another notice."""
    plain = ask(page(), "fr")
    own = ask(page(), "fr", texts={"fr": {"heading.opt_in": "Vous permettez ?"}})
    assert "Vous permettez ?" in own
    assert "Nous demandons votre consentement" in plain
    assert "Nous demandons votre consentement" not in own
