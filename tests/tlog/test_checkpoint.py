"""Checkpoints: the published form, one spelling, and whose word counts."""

from __future__ import annotations

import random
from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from consentkit.errors import MalformedError, SignatureError
from consentkit.tlog import (
    EMPTY_ROOT,
    Checkpoint,
    Signer,
    checkpoint,
    format_checkpoint,
    open_checkpoint,
    parse_checkpoint,
    parse_note,
    sign_checkpoint,
    sign_note,
)

from .vectors import ROOTS

LOG = Signer("log.example", Ed25519PrivateKey.from_private_bytes(bytes(32)))
WITNESS = Signer("witness.example", Ed25519PrivateKey.from_private_bytes(bytes([1]) * 32))
SEVEN = Checkpoint("log.example", 7, ROOTS[7])
TEXT = "log.example\n7\n3bib5AOAnjJXUNPSY814kpwpQreUKjS3fhIslZSnTIw=\n"

# C2SP tlog-checkpoint, the example at its start.
PUBLISHED = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"


def test_published_form() -> None:
    """The checkpoint printed in the public specification is read and written as printed."""
    parsed = parse_checkpoint(PUBLISHED)
    assert (parsed.origin, parsed.size, parsed.extensions) == ("example.com/behind-the-sofa", 20852163, ())
    assert parsed.root.hex() == "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62"
    assert format_checkpoint(parsed) == PUBLISHED


def test_example_in_our_own_words() -> None:
    """The example in the module's documentation is true."""
    rows = [row.split() for row in (checkpoint.__doc__ or "").splitlines() if row.startswith("    ")]
    assert "".join(f"{row[0]}\n" for row in rows) == TEXT == format_checkpoint(SEVEN)


def test_sign_and_open() -> None:
    """What the log signed is what an auditor with its key reads."""
    signed = sign_checkpoint(SEVEN, LOG)
    assert signed.startswith(f"{TEXT}\n— log.example ")
    assert open_checkpoint(signed, [LOG.verifier]) == SEVEN
    assert open_checkpoint(signed.encode(), [WITNESS.verifier, LOG.verifier]) == SEVEN


def test_empty_log() -> None:
    """A site on which nobody has chosen yet publishes a checkpoint like any other."""
    empty = Checkpoint("log.example", 0, EMPTY_ROOT)
    assert format_checkpoint(empty) == "log.example\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
    assert open_checkpoint(sign_checkpoint(empty, LOG), [LOG.verifier]) == empty


def test_extensions_are_kept() -> None:
    """A checkpoint of another log may say more; nothing of it is lost, and nothing is added to ours."""
    extended = parse_checkpoint(TEXT + "first\nsecond 2\n")
    assert extended.extensions == ("first", "second 2")
    assert format_checkpoint(extended) == TEXT + "first\nsecond 2\n"
    assert open_checkpoint(sign_checkpoint(extended, LOG), [LOG.verifier]) == extended


def test_witness_alone_is_not_the_log() -> None:
    """A witness's word is not the log's: without the log's own signature there is no checkpoint."""
    both = sign_note(TEXT, WITNESS, existing=parse_note(sign_checkpoint(SEVEN, LOG))[1])
    assert open_checkpoint(both, [LOG.verifier, WITNESS.verifier]) == SEVEN
    with pytest.raises(SignatureError, match=r"no signature by the log log\.example itself") as caught:
        open_checkpoint(both, [WITNESS.verifier])
    assert caught.value.name == "log.example"


def test_log_signs_in_its_own_name() -> None:
    """A key made for one site is not used for another by mistake."""
    with pytest.raises(SignatureError, match=r"key is named witness\.example, the log log\.example"):
        sign_checkpoint(SEVEN, WITNESS)


def test_signed_but_not_a_checkpoint() -> None:
    """A note the log signed for another purpose is not taken for a checkpoint."""
    with pytest.raises(MalformedError):
        open_checkpoint(sign_note("log.example\nhello\n", LOG), [LOG.verifier])


ROOT = b64encode(ROOTS[7]).decode()


@pytest.mark.parametrize(
    "malformed",
    [
        "",
        "\n",
        "log.example\n7\n",
        TEXT[:-1],
        TEXT + "\n",
        TEXT + "extension",
        TEXT + "extension\n\n",
        TEXT + "\nextension\n",
        f"\n7\n{ROOT}\n",
        f"log.example\n\n{ROOT}\n",
        f"log.example\n07\n{ROOT}\n",
        f"log.example\n+7\n{ROOT}\n",
        f"log.example\n-7\n{ROOT}\n",
        f"log.example\n-0\n{b64encode(EMPTY_ROOT).decode()}\n",
        f"log.example\n7 \n{ROOT}\n",
        f"log.example\n 7\n{ROOT}\n",
        f"log.example\n7\r\n{ROOT}\n",
        f"log.example\n7.0\n{ROOT}\n",
        f"log.example\n0x7\n{ROOT}\n",
        f"log.example\n1_0\n{ROOT}\n",
        f"log.example\n٧\n{ROOT}\n",
        f"log.example\n{2**63}\n{ROOT}\n",
        f"log.example\n{'9' * 5000}\n{ROOT}\n",
        f"log.example\n0\n{ROOT}\n",
        "log.example\n7\n\n",
        f"log.example\n7\n{ROOT[:-1]}\n",
        f"log.example\n7\n{ROOT}=\n",
        f"log.example\n7\n {ROOT}\n",
        f"log.example\n7\n{ROOT.replace('w=', 'x=')}\n",
        f"log.example\n7\n{ROOT.replace('3', '_', 1)}\n",
        f"log.example\n7\n{b64encode(ROOTS[7][:31]).decode()}\n",
        f"log.example\n7\n{b64encode(ROOTS[7] + b'x').decode()}\n",
    ],
)
def test_one_spelling_only(malformed: str) -> None:
    """Two auditors who hold the same checkpoint hold the same bytes."""
    with pytest.raises(MalformedError):
        parse_checkpoint(malformed)


@pytest.mark.parametrize(
    ("origin", "size", "root", "extensions"),
    [
        ("", 7, ROOTS[7], ()),
        ("two\nlines", 7, ROOTS[7], ()),
        ("log.example", -1, ROOTS[7], ()),
        ("log.example", 2**63, ROOTS[7], ()),
        ("log.example", 7, ROOTS[7][1:], ()),
        ("log.example", 7, b"", ()),
        ("log.example", 0, ROOTS[1], ()),
        ("log.example", 7, ROOTS[7], ("",)),
        ("log.example", 7, ROOTS[7], ("a\n8",)),
    ],
)
def test_no_such_checkpoint(origin: str, size: int, root: bytes, extensions: tuple[str, ...]) -> None:
    """What could not be read back cannot be made."""
    with pytest.raises(MalformedError):
        Checkpoint(origin, size, root, extensions)


line = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30)


@given(line, st.integers(1, 2**63 - 1), st.binary(min_size=32, max_size=32), st.lists(line, max_size=3))
@settings(deadline=None)
def test_parse_undoes_format(origin: str, size: int, root: bytes, extensions: list[str]) -> None:
    """Whatever a log says is what its reader reads."""
    said = Checkpoint(origin, size, root, tuple(extensions))
    assert parse_checkpoint(format_checkpoint(said)) == said


@given(st.integers(0, 2**32))
@settings(deadline=None, max_examples=300)
def test_accepted_means_spelled_so(seed: int) -> None:
    """No careless edit of a checkpoint is read as if it had been written otherwise."""
    draw = random.Random(seed)
    at = draw.randrange(len(TEXT))
    put_in = draw.choice(("", "\n", " ", "0", "7", "=", "A", "x", "+", "_", "-", "\r", "٧", TEXT[at]))
    edited = TEXT[:at] + put_in + TEXT[at + draw.randrange(2) :]
    try:
        parsed = parse_checkpoint(edited)
    except MalformedError:
        return
    assert format_checkpoint(parsed) == edited
