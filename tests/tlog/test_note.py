"""Signed notes: published keys and notes, one spelling, and what a stranger may not do."""

from __future__ import annotations

import random
from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from consentkit.errors import MalformedError, SignatureError
from consentkit.tlog import Signature, Signer, Verifier, format_note, note, open_note, parse_note, sign_note

# C2SP signed-note, "Example".
EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE_NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)

# The keys and signatures that Go's implementation is tested with.
PETER_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
ENOCH_KEY = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ENOCH_LINE = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
)
PETER, ENOCH = Verifier.from_text(PETER_KEY), Verifier.from_text(ENOCH_KEY)
BOTH = f"{TEXT}\n{PETER_LINE}{ENOCH_LINE}"


def key(name: str, seed: int = 0) -> Signer:
    return Signer(name, Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))


def line(name: str, key_id: bytes, value: bytes) -> str:
    return f"— {name} {b64encode(key_id + value).decode()}\n"


def test_specified_example() -> None:
    """The note printed in the public specification opens with the key printed beside it."""
    opened = open_note(EXAMPLE_NOTE, [Verifier.from_text(EXAMPLE_KEY)])
    assert opened.text == "This is an example message.\n"
    assert [signature.name for signature in opened.verified] == ["example.com/foo"]


def test_example_in_our_own_words() -> None:
    """The example in the module's documentation is true."""
    blocks = (note.__doc__ or "").split("Example: ")[1].split("Opening: ")[0]
    indented = "".join(row[4:] or "\n" for row in blocks.splitlines(True) if row.startswith("    ") or row == "\n")
    vkey, signed = indented.strip("\n").split("\n", 1)
    opened = open_note(signed.strip("\n") + "\n", [Verifier.from_text(vkey)])
    assert opened.text == "Thus it was said,\n\nand said once.\n"


def test_signs_as_others_do() -> None:
    """The same key signs the same text into the same bytes as in Go, so their tools read our checkpoints."""
    signer = Signer.from_text(PETER_SECRET)
    assert signer.verifier.to_text() == PETER_KEY
    assert signer.to_text() == PETER_SECRET
    assert sign_note(TEXT, signer) == f"{TEXT}\n{PETER_LINE}"


def test_opens_with_either_key() -> None:
    """Each reader learns which of the signatures are by keys that reader knows."""
    for verifiers, names in (([PETER], ["PeterNeumann"]), ([ENOCH], ["EnochRoot"])):
        opened = open_note(BOTH.encode(), verifiers)
        assert [signature.name for signature in opened.verified] == names
        assert len(opened.unverified) == 1
    opened = open_note(BOTH, [ENOCH, PETER])
    assert [signature.name for signature in opened.verified] == ["PeterNeumann", "EnochRoot"]
    assert (opened.text, opened.unverified) == (TEXT, ())


def test_witness_adds_a_line() -> None:
    """A witness signs beside the log without disturbing its signature, and signing again replaces its own."""
    log, witness = key("log.example"), key("witness.example", 1)
    by_log = sign_note(TEXT, log)
    by_both = sign_note(TEXT, witness, existing=parse_note(by_log)[1])
    assert by_both.startswith(by_log)
    opened = open_note(by_both, [witness.verifier, log.verifier])
    assert [signature.name for signature in opened.verified] == ["log.example", "witness.example"]
    damaged = [Signature(each.name, each.key_id, b"damaged") for each in opened.verified[1:]]
    assert sign_note(TEXT, witness, existing=[*opened.verified[:1], *damaged]) == by_both


def test_unknown_keys_are_set_aside() -> None:
    """A stranger's line, even under the log's name or with its key ID, neither helps nor harms."""
    stranger = line("PeterNeumann", b"abcd", b"x" * 64) + line("Pat", PETER.key_id, b"y" * 64)
    opened = open_note(f"{TEXT}\n{stranger}{PETER_LINE}{stranger}", [PETER])
    assert [signature.name for signature in opened.verified] == ["PeterNeumann"]
    assert [signature.name for signature in opened.unverified] == ["PeterNeumann", "Pat"]
    with pytest.raises(SignatureError):
        open_note(f"{TEXT}\n{stranger}", [PETER])


@pytest.mark.parametrize("verifiers", [[], [ENOCH], [key("PeterNeumann").verifier]])
def test_no_known_key_no_note(verifiers: list[Verifier]) -> None:
    """A text that no key of ours vouches for is not shown as a note."""
    with pytest.raises(SignatureError, match="none of the 1 signatures"):
        open_note(f"{TEXT}\n{PETER_LINE}", verifiers)


def test_false_signature_of_a_known_key_is_fatal() -> None:
    """One right signature does not excuse a false one in a name we know, wherever the false one stands."""
    false = line("PeterNeumann", PETER.key_id, b"x" * 64)
    for lines in (false, false + ENOCH_LINE, ENOCH_LINE + false, PETER_LINE + false, false + PETER_LINE):
        with pytest.raises(SignatureError) as caught:
            open_note(f"{TEXT}\n{lines}", [PETER, ENOCH])
        assert caught.value.name == "PeterNeumann"


@pytest.mark.parametrize("length", [1, 63, 65, 128])
def test_signature_of_another_length_is_false(length: int) -> None:
    """A cut or lengthened signature is refused like any false one."""
    with pytest.raises(SignatureError):
        open_note(f"{TEXT}\n{line('PeterNeumann', PETER.key_id, bytes(length))}", [PETER])


def test_repeated_signatures_count_once() -> None:
    """Ten copies of one signature are one signature."""
    opened = open_note(f"{TEXT}\n{PETER_LINE * 5}{ENOCH_LINE * 5}", [PETER])
    assert (len(opened.verified), len(opened.unverified)) == (1, 1)


def test_bound_on_signatures() -> None:
    """A crowd of witnesses is welcome; a note that would keep a server busy is not."""
    crowd = [line(f"witness{number}", b"abcd", b"x" * 64) for number in range(100)]
    assert len(open_note(f"{TEXT}\n{PETER_LINE}{''.join(crowd[:99])}", [PETER]).unverified) == 99
    with pytest.raises(MalformedError, match="not 1 to 100 signatures"):
        open_note(f"{TEXT}\n{PETER_LINE}{''.join(crowd)}", [PETER])
    with pytest.raises(MalformedError):
        sign_note(TEXT)


@pytest.mark.parametrize("text", ["\n", "a\n", "a\n\n", "\n\na\n", "\n\n\n", "a\n\n— b c\n", "è subito sera\u2028\n"])
def test_any_lines_can_be_signed(text: str) -> None:
    """Empty lines in a text, even at its end, and lines that look like signatures stay part of the text."""
    signer = key("log.example")
    assert open_note(sign_note(text, signer), [signer.verifier]).text == text


@pytest.mark.parametrize("text", ["", "a", "a\nb", "a\r\n", "a\tb\n", "\0\n", "\x1f\n", "\ud800\n", "\n\udfffa\n"])
def test_what_no_note_holds_is_not_signed(text: str) -> None:
    """Text that could be read in two ways, or not at all, gets no signature."""
    with pytest.raises(MalformedError):
        sign_note(text, key("log.example"))
    with pytest.raises(MalformedError):
        key("log.example").sign(text)


GOOD = f"{TEXT}\n{PETER_LINE}"


@pytest.mark.parametrize(
    "malformed",
    [
        "",
        "\n",
        "\n\n",
        TEXT,
        TEXT + "\n",
        TEXT + "\n\n",
        PETER_LINE,
        "\n" + PETER_LINE,
        TEXT + PETER_LINE,
        GOOD[:-1],
        GOOD + "\n",
        GOOD + PETER_LINE[:-1],
        GOOD + "— x\n",
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("cryptography", "crypto\tgraphy"),
        GOOD.replace("cryptography", "crypto\0graphy"),
        GOOD.replace("cryptography", "crypto\ud800graphy"),
        GOOD.replace("— ", "- "),
        GOOD.replace("— ", "—  "),
        GOOD.replace("— ", "—"),
        GOOD.replace("— ", "— — "),
        GOOD.replace("— ", ""),
        GOOD.replace("PeterNeumann ", ""),
        GOOD.replace("PeterNeumann ", " "),
        GOOD.replace("PeterNeumann ", "PeterNeumann  "),
        GOOD.replace("PeterNeumann ", "PeterNeumann"),
        GOOD.replace("PeterNeumann ", "Peter Neumann "),
        GOOD.replace("PeterNeumann ", "Peter\u00a0Neumann "),
        GOOD.replace("PeterNeumann ", "Peter\u2028Neumann "),
        GOOD.replace("PeterNeumann ", "Peter+Neumann "),
        GOOD.replace("PeterNeumann ", "Peter\x7f\x1eNeumann "),
        GOOD.replace("AM=\n", "AM\n"),
        GOOD.replace("AM=\n", "AM==\n"),
        GOOD.replace("AM=\n", "AM= \n"),
        GOOD.replace("AM=\n", "AM=\n "),
        GOOD.replace("AM=\n", "AN=\n"),
        GOOD.replace("AM=\n", "A\u041c=\n"),
        GOOD.replace("x08go/", "x08go_"),
        GOOD.replace("x08go", "x08g\to"),
        f"{TEXT}\n— PeterNeumann \n",
        f"{TEXT}\n{line('PeterNeumann', PETER.key_id, b'')}",
        f"{TEXT}\n{line('PeterNeumann', PETER.key_id[:3], b'')}",
        GOOD.encode().replace(b"Peter", b"P\xc3ter"),
        GOOD.encode() + b"\xff",
        b"\xef\xbb\xbf" + PETER_LINE.encode(),
    ],
)
def test_one_spelling_only(malformed: str | bytes) -> None:
    """A note that differs from its one spelling by a single character is not a note."""
    with pytest.raises(MalformedError):
        open_note(malformed, [PETER])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PeterNeumann",
        "PeterNeumann+c74f20a3",
        PETER_KEY[1:],
        PETER_KEY[:-1],
        PETER_KEY + "A",
        PETER_KEY + "=",
        PETER_KEY + "\n",
        " " + PETER_KEY,
        PETER_KEY.replace("c74f20a3", "C74F20A3"),
        PETER_KEY.replace("c74f20a3", "c74f20a4"),
        PETER_KEY.replace("c74f20a3", "c74f20a"),
        PETER_KEY.replace("PeterNeumann", "Peter Neumann"),
        PETER_KEY.replace("PeterNeumann", ""),
        PETER_KEY.replace("PeterNeumann", "Peter\ud800"),
        PETER_KEY.replace("+AR", "+BR"),
        PETER_KEY.replace("qq/", "qq_"),
        "a+00000000+AQ==",
        PETER_SECRET,
    ],
)
def test_verifier_key_has_one_spelling(text: str) -> None:
    """A mistyped key is noticed when it is entered, not when a checkpoint fails to open."""
    with pytest.raises(MalformedError):
        Verifier.from_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        PETER_KEY,
        PETER_SECRET.removeprefix("PRIVATE+KEY+"),
        PETER_SECRET.removeprefix("PRIVATE+"),
        PETER_SECRET.lower(),
        PETER_SECRET[:-1],
        PETER_SECRET[:-4],
        PETER_SECRET + "\n",
        "PRIVATE+KEY+" + PETER_SECRET,
        PETER_SECRET.replace("c74f20a3", "c74f20a4"),
        PETER_SECRET.replace("PeterNeumann", "Peter Neumann"),
        PETER_SECRET.replace("+AY", "+BY"),
        PETER_SECRET.replace("AYEK", "AYEL"),
    ],
)
def test_signing_key_is_never_in_an_error(text: str) -> None:
    """A damaged signing key stops the start, and the log file of the site does not show it."""
    with pytest.raises(MalformedError, match="signing key") as caught:
        Signer.from_text(text)
    shown = f"{caught.value} {caught.value.value!r} {caught.value.__cause__!r}"
    assert "hfZx09iU" not in shown
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_signer_shows_its_public_half() -> None:
    """A signing key in a traceback or a log line is no leak."""
    assert repr(Signer.from_text(PETER_SECRET)) == f"<Signer for {PETER_KEY}>"


def test_generated_keys_differ() -> None:
    """Every site has a key of its own, and it survives being written down."""
    first, second = Signer.generate("log.example"), Signer.generate("log.example")
    assert first.verifier != second.verifier
    restored = Signer.from_text(first.to_text())
    assert restored.verifier == first.verifier == Verifier.from_text(first.verifier.to_text())
    assert open_note(sign_note(TEXT, restored), [first.verifier]).text == TEXT


@pytest.mark.parametrize("name", ["", " ", "a b", "a+b", "a\nb", "a\u2003b", "a\x00b", "a\udc80"])
def test_key_names(name: str) -> None:
    """A name that would break the signature line cannot be given to a key."""
    with pytest.raises(MalformedError, match="key name"):
        Signer.generate(name)


@pytest.mark.parametrize(("key_id", "value"), [(b"abc", b"de"), (b"abcde", b"f"), (b"abcd", b"")])
def test_shape_of_a_signature(key_id: bytes, value: bytes) -> None:
    """A signature whose parts would be read back as other parts cannot be made."""
    with pytest.raises(MalformedError):
        Signature("log.example", key_id, value)


def test_wrong_size_of_public_key() -> None:
    """Half a public key verifies nothing."""
    with pytest.raises(MalformedError):
        Verifier("log.example", bytes(31))


lines = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n"), max_size=60)
names = st.from_regex(r"[a-z0-9./-]{1,12}", fullmatch=True)
signatures = st.builds(Signature, names, st.binary(min_size=4, max_size=4), st.binary(min_size=1, max_size=70))


@given(lines, st.lists(signatures, min_size=1, max_size=5))
@settings(deadline=None)
def test_parse_undoes_format(body: str, added: list[Signature]) -> None:
    """Whatever is put into a note is what comes out of it."""
    assert parse_note(format_note(body + "\n", added)) == (body + "\n", tuple(added))


@given(st.integers(0, 2**32), st.integers(1, 3))
@settings(deadline=None, max_examples=300)
def test_accepted_means_spelled_so(seed: int, edits: int) -> None:
    """No careless edit of a note is read as if it had been written otherwise, or shows another text as signed."""
    edited = edit(BOTH, random.Random(seed), edits)
    try:
        text, found = parse_note(edited)
    except MalformedError:
        return
    assert format_note(text, found) == edited
    try:
        opened = open_note(edited, [PETER])
    except SignatureError:
        return
    assert opened.text == TEXT


def edit(text: str, draw: random.Random, times: int) -> str:
    """The text with characters replaced, put in or taken out, mostly around the signatures."""
    for _ in range(times):
        at = draw.randrange(draw.choice((0, len(TEXT))), len(text))
        put_in = draw.choice(("", "\n", "\n\n", " ", "=", "A", "B", "/", "+", "—", "— ", "é", "\t", text[at]))
        text = text[:at] + put_in + text[at + draw.randrange(2) :]
    return text
