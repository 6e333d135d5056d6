"""What the attributes of a held iframe say of it."""

from __future__ import annotations

import pytest

from consentkit.guard.iframe import LONGEST_ADDRESS, Iframe, read_iframe

SRC = b"https://video.test/embed/a"


def read(**attributes: str) -> Iframe | None:
    """A frame of the video, with these attributes ("_" for "-")."""
    return read_iframe(
        {b"src": SRC} | {name.replace("_", "-").encode(): value.encode() for name, value in attributes.items()}
    )


@pytest.mark.parametrize(
    "attributes",
    [
        {"width": "0", "height": "0"},
        {"width": "1", "height": "1"},
        {"height": " 1px"},
        {"height": "63"},
        {"width": "159"},
        {"hidden": ""},
        {"hidden": "until-found"},
        {"inert": ""},
        {"aria_hidden": " TRUE "},
        {"style": "display:none;visibility:hidden"},
        {"style": "DISPLAY : none !important"},
        {"style": "display:block;display:none"},
        {"style": "color:red; visibility: hidden"},
        {"style": "opacity:0"},
        {"style": "width:1px; height:1px"},
        {"style": "position:absolute; left:-9999px"},
        {"style": "position:absolute;top:-1000px"},
        {"style": "height:0"},
        {"width": "560", "height": "315", "style": "height:0"},
    ],
)
def test_unseen(attributes: dict[str, str]) -> None:
    """A frame that nobody sees, a tag manager's or a pixel's, is left empty: nothing in it could be stumbled upon."""
    assert read(**attributes) is None


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"width": "160", "height": "64"},
        {"width": "100%", "height": "1%"},
        {"width": "", "height": "none"},
        {"width": "auto", "height": "-1"},
        {"aria_hidden": "false"},
        {"style": "width:100%;height:auto;aspect-ratio:16/9"},
        {"style": "border:0;;:;left:-499px;top:0"},
        {"style": "display:none;display:block"},
        {"width": "0", "height": "0", "style": "width:100%;height:400px"},
        {"style": "height:calc(1px)"},
        {"style": "display:/**/none"},
    ],
)
def test_seen(attributes: dict[str, str]) -> None:
    """A frame of any other size, and one whose style we cannot read, is one that somebody may look at."""
    assert read(**attributes) is not None


@pytest.mark.parametrize(
    ("src", "address", "host"),
    [
        (b"https://Video.test/embed/a?b=c&amp;d=%20#t=1", "https://Video.test/embed/a?b=c&d=%20#t=1", "video.test"),
        (b"\n //video.test:8080/a ", "//video.test:8080/a", "video.test"),
        (b"http://video.test", "http://video.test", "video.test"),
        (b"https://video.test/maps?pb=!1m18!2sO'Reilly", "https://video.test/maps?pb=!1m18!2sO'Reilly", "video.test"),
        (b"https://video.test./a", "https://video.test./a", "video.test"),
    ],
)
def test_address(src: bytes, address: str, host: str) -> None:
    """The content is opened at its author's own address."""
    found = read_iframe({b"src": src})
    assert found is not None
    assert (found.address, found.host) == (address, host)


@pytest.mark.parametrize(
    "src",
    [
        b"javascript:alert(1)",
        b"java\tscript://video.test/%0aalert(1)",
        b"data:text/html,<p>",
        b"ftp://video.test/",
        b"https:video.test/",
        b"https:/\\video.test/",
        b"https://user@video.test/",
        b"https://video.test/a\tb",
        b"https://video.test/a&#10;b",
        b'https://video.test/">',
        b"https://video.test/<script>",
        "https://vidéo.test/".encode(),
        b"https://video.test\\@evil.test/",
        b"https://[::1]/",
        b"embed/a",
        b"",
        b"https://video.test/" + b"a" * LONGEST_ADDRESS,
    ],
)
def test_odd_address(src: bytes) -> None:
    """No link leads to what is not plainly a web address."""
    found = read_iframe({b"src": src})
    assert found == Iframe("", "", "", None)


def test_what_a_frame_may_do() -> None:
    """An author's sandbox and referrer policy are read as browsers read them; unknown words mean nothing."""
    assert read() == Iframe(SRC.decode(), "video.test", "", None)
    free = read(referrerpolicy="Strict-Origin")
    assert free is not None
    assert (free.referrer_policy, free.may("allow-forms"), free.may_leave) == ("strict-origin", True, True)
    shut = read(sandbox="", referrerpolicy="x onload=")
    assert shut is not None
    assert (shut.referrer_policy, shut.may("allow-forms"), shut.may_leave) == ("", False, False)
    some = read(sandbox="Allow-Forms  allow-top-navigation-by-user-activation")
    assert some is not None
    assert some.may("allow-forms")
    assert some.may_leave
    assert not some.may("allow-same-origin")
