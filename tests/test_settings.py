"""Settings: everything has a default in development; in production nothing is invented, and every problem is named."""

from __future__ import annotations

import multiprocessing
import os
import stat
import subprocess
import warnings
from collections.abc import Callable, Iterator
from inspect import signature
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from consentkit import asgi, wsgi
from consentkit.errors import ConfigError
from consentkit.flask import Consent
from consentkit.policy import Policy
from consentkit.settings import KEYWORDS, Settings, load_settings, new_secret
from consentkit.tlog import Signer

SECRET = "a-secret-of-some-length"
SIGNER = Signer.generate("shop.example/consent-log")
KEY = SIGNER.to_text()
FORK = multiprocessing.get_context("fork")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No policy and no keys lie about."""
    monkeypatch.chdir(tmp_path)


def quiet(**arguments: Any) -> Settings:
    """The settings with an empty environment, without the warning of development."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return load_settings(**{"environ": {}, **arguments})


def refused(**arguments: Any) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        quiet(**arguments)
    return caught.value


def found(error: ConfigError) -> list[tuple[str, str]]:
    return [(problem.ident, problem.place) for problem in error.problems]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# ── development ──


def test_everything_has_a_default() -> None:
    """Nothing set, and a developer's site runs: keys are made, and a warning names what production will need."""
    with pytest.warns(UserWarning, match=r"CONSENTKIT_SECRET and CONSENTKIT_SIGNING_KEY .* CONSENTKIT_ENV=production"):
        settings = load_settings(environ={})
    assert settings.policy == Policy()
    assert settings.database == "sqlite:///.consentkit/ledger.db"
    assert not settings.production
    assert settings.signer.name == "site/consent-log"


def test_keys_are_made_once() -> None:
    """A restart keeps visitors' choices and the log's name, and says nothing more."""
    first = quiet()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = load_settings(environ={})
    assert again.secrets == first.secrets
    assert again.signer.to_text() == first.signer.to_text()


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.mark.usefixtures("umask")
def test_keys_are_the_owners_alone() -> None:
    """No other user of the machine can read the keys, whatever the umask."""
    quiet(data="keys")
    assert mode(Path("keys")) == 0o700
    assert {name.name: mode(name) for name in Path("keys").iterdir()} == {
        "secret": 0o600,
        "signing.key": 0o600,
        ".gitignore": 0o600,
    }


def test_git_leaves_keys_alone() -> None:
    """A developer who commits everything commits no key."""
    quiet()
    subprocess.run(["git", "init", "-q"], check=True)
    status = subprocess.run(["git", "status", "--porcelain", "-uall"], capture_output=True, text=True, check=True)
    assert status.stdout == ""


def test_the_log_is_named_after_the_site() -> None:
    """A new key bears the name of the site whose log it signs."""
    assert quiet(policy={"site": {"hosts": ["www.shop.example"]}}).signer.name == "www.shop.example/consent-log"
    assert quiet(policy={"site": {"id": "blog"}}, data="other").signer.name == "blog/consent-log"


def test_no_key_for_a_site_that_cannot_start() -> None:
    """With a mistake in the policy no key is made: it would bear the wrong name ever after."""
    assert found(refused(policy={"mode": "loud"})) == [("consentkit.E004", "mode")]
    assert not Path(".consentkit").exists()


def _make(gate: Any, out: Any) -> None:
    gate.wait()
    settings = quiet()
    out.put((settings.secrets, settings.signer.to_text()))


def test_many_processes_start_at_once() -> None:
    """However many workers start in the same instant, all of them seal and sign with the same keys."""
    gate, out = FORK.Barrier(8), FORK.Queue()
    workers = [FORK.Process(target=_make, args=(gate, out)) for _ in range(8)]
    for worker in workers:
        worker.start()
    keys = {out.get(timeout=30) for _ in workers}
    for worker in workers:
        worker.join()
    assert len(keys) == 1
    assert sorted(path.name for path in Path(".consentkit").iterdir()) == [".gitignore", "secret", "signing.key"]


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda folder: (folder / "secret").write_text(""), ("consentkit.E021", "CONSENTKIT_SECRET")),
        (lambda folder: (folder / "secret").write_text("short"), ("consentkit.E021", "CONSENTKIT_SECRET")),
        (lambda folder: (folder / "secret").write_bytes(b"\xff" * 40), ("consentkit.E025", "CONSENTKIT_SECRET")),
        (lambda folder: (folder / "signing.key").write_text(""), ("consentkit.E023", "CONSENTKIT_SIGNING_KEY")),
        (lambda folder: (folder / "signing.key").write_text("x"), ("consentkit.E023", "CONSENTKIT_SIGNING_KEY")),
        (lambda folder: (folder / "secret").mkdir(), ("consentkit.E025", "CONSENTKIT_SECRET")),
    ],
)
def test_damaged_keys(spoil: Callable[[Path], object], expected: tuple[str, str]) -> None:
    """A key file that was emptied or damaged stops the start with its setting's name; nothing is sealed with it."""
    folder = Path(".consentkit")
    folder.mkdir()
    spoil(folder)
    assert expected in found(refused())


def test_a_folder_that_is_none() -> None:
    """Where keys can be neither read nor made the owner is told what to set instead."""
    Path("data").write_text("a file")
    error = refused(data="data")
    assert found(error) == [("consentkit.E025", "CONSENTKIT_SECRET")]
    assert "CONSENTKIT_DATA" in str(error)


def test_nothing_is_invented_for_a_command() -> None:
    """A command run in the wrong folder says so, and leaves no new keys behind."""
    error = refused(invent=False)
    assert found(error) == [("consentkit.E020", "CONSENTKIT_SECRET"), ("consentkit.E020", "CONSENTKIT_SIGNING_KEY")]
    assert "--data" in str(error)
    assert not Path(".consentkit").exists()
    made = quiet()
    assert quiet(invent=False).secrets == made.secrets


# ── production ──


def test_production_names_what_is_missing() -> None:
    """In production nothing is invented: the start stops and names each setting, and no file is written."""
    error = refused(environ={"CONSENTKIT_ENV": "production"})
    assert found(error) == [("consentkit.E020", "CONSENTKIT_SECRET"), ("consentkit.E020", "CONSENTKIT_SIGNING_KEY")]
    assert "consentkit ledger keygen" in str(error)
    assert not list(Path().iterdir())


@pytest.mark.parametrize(("given", "missing"), [("SECRET", "SIGNING_KEY"), ("SIGNING_KEY", "SECRET")])
def test_production_names_only_what_is_missing(given: str, missing: str) -> None:
    """What is set is not complained of."""
    environ = {"CONSENTKIT_ENV": "production", f"CONSENTKIT_{given}": KEY}
    assert found(refused(environ=environ)) == [("consentkit.E020", f"CONSENTKIT_{missing}")]


def test_production_ignores_keys_of_development() -> None:
    """Keys left over from development are not taken for production's."""
    quiet()
    assert len(refused(production=True).problems) == 2


@pytest.mark.parametrize(
    ("env", "argument", "live"),
    [
        ("production", None, True),
        ("Production ", None, True),
        ("development", None, False),
        ("", None, False),
        ("production", False, False),
        ("", True, True),
    ],
)
def test_what_is_production(env: str, argument: bool | None, live: bool) -> None:
    """The variable says production in any spelling; what the site's own code says goes before it."""
    settings = quiet(environ={"CONSENTKIT_ENV": env}, production=argument, secret=SECRET, signing_key=KEY)
    assert settings.production is live


def test_production_is_told_of_a_policy_that_is_missing(tmp_path: Path) -> None:
    """An owner whose policy was left behind is told at the start, with the setting's name and where it was looked for;
    with one, or in development, nothing is said."""
    keys: dict[str, Any] = {"secret": SECRET, "signing_key": KEY, "environ": {}}
    with pytest.warns(UserWarning, match=f"C003 CONSENTKIT_POLICY is not set .* {tmp_path}") as said:
        load_settings(production=True, **keys)
    assert len(said) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_settings(**keys)
        (tmp_path / "consent.toml").write_text('version = "1"')
        load_settings(production=True, **keys)


def test_a_keyword_that_is_no_setting(tmp_path: Path) -> None:
    """A mistyped setting is named with the one that is meant, whichever integration it was given to, and not as Python
    would name it; and what is offered is what the integrations take."""
    for middleware in (asgi.ConsentMiddleware, wsgi.ConsentMiddleware):
        taken = signature(middleware).parameters
        assert tuple(taken)[1:] == KEYWORDS
        with pytest.raises(ConfigError, match=r"E030 ConsentMiddleware\['polcy'\].*Perhaps policy is meant") as caught:
            middleware(object(), polcy="consent.toml", dta=tmp_path)  # type: ignore[arg-type, call-arg]
        assert len(caught.value.problems) == 2
    with pytest.raises(ConfigError, match=r"E030.*Perhaps database is meant"):
        Consent(Flask("shop"), databse="sqlite://")


# ── variables and arguments ──


def test_variables(tmp_path: Path) -> None:
    """Everything can be set from outside, as servers like it."""
    (tmp_path / "policy.toml").write_text('version = "7"')
    (tmp_path / "key").write_text(KEY + "\n")
    settings = quiet(
        environ={
            "CONSENTKIT_ENV": "production",
            "CONSENTKIT_POLICY": str(tmp_path / "policy.toml"),
            "CONSENTKIT_DATABASE": "postgresql+psycopg://db/shop",
            "CONSENTKIT_DATA": str(tmp_path / "data"),
            "CONSENTKIT_SECRET": f"{SECRET} another-secret-of-length",
            "CONSENTKIT_SIGNING_KEY": str(tmp_path / "key"),
            "CONSENTKIT_TRUSTED_PROXIES": "10.0.0.0/8, 192.0.2.1 2001:db8::/32",
        }
    )
    assert settings.policy.version == "7"
    assert settings.database == "postgresql+psycopg://db/shop"
    assert settings.data == tmp_path / "data"
    assert settings.secrets == (SECRET, "another-secret-of-length")
    assert settings.signer.to_text() == KEY
    assert settings.policy.trusted_proxies == tuple(map(ip_network, ("10.0.0.0/8", "192.0.2.1", "2001:db8::/32")))
    assert not (tmp_path / "data").exists()


def test_arguments_go_first(tmp_path: Path) -> None:
    """What the site's code says goes before what its environment says."""
    environ = {f"CONSENTKIT_{name}": "not-this-one-at-all" for name in ("POLICY", "DATABASE", "DATA", "SECRET")}
    settings = quiet(
        policy={}, database="sqlite:///x.db", data=tmp_path, secret="0123456789abcdef", signing_key=KEY, environ=environ
    )
    assert settings.policy == Policy()
    assert (settings.database, settings.data, settings.secrets) == ("sqlite:///x.db", tmp_path, ("0123456789abcdef",))


def test_policy_beside_the_app() -> None:
    """A consent.toml beside the app is found without being named."""
    Path("consent.toml").write_text('version = "9"')
    assert quiet().policy.version == "9"


def test_proxies_beside_the_policys() -> None:
    """Proxies from the environment are trusted beside those of the policy, and let a country header be believed."""
    Path("consent.toml").write_text('[jurisdiction]\ncountry_header = "cf-ipcountry"')
    assert found(refused()) == [("consentkit.E017", "jurisdiction.country_header")]
    environ = {"CONSENTKIT_TRUSTED_PROXIES": "10.0.0.0/8"}
    assert quiet(environ=environ).policy.trusted_proxies == (ip_network("10.0.0.0/8"),)
    for policy in ({"trusted_proxies": ["192.0.2.1"]}, Policy(trusted_proxies=(ip_network("192.0.2.1"),))):
        proxies = quiet(policy=policy, environ=environ).policy.trusted_proxies
        assert proxies == (ip_network("192.0.2.1"), ip_network("10.0.0.0/8"))


@pytest.mark.parametrize(
    ("environ", "ident"),
    [
        ({"CONSENTKIT_SECRET": "short"}, "E021"),
        ({"CONSENTKIT_SECRET": "   "}, "E021"),
        ({"CONSENTKIT_SECRET": "a-secret-of-some-length short"}, "E021"),
        ({"CONSENTKIT_TRUSTED_PROXIES": "10.0.0.1/8"}, "E022"),
        ({"CONSENTKIT_TRUSTED_PROXIES": "everybody"}, "E022"),
        ({"CONSENTKIT_SIGNING_KEY": "/no/such/file"}, "E023"),
        ({"CONSENTKIT_SIGNING_KEY": "PRIVATE+KEY+x"}, "E023"),
        ({"CONSENTKIT_SIGNING_KEY": KEY[:-4] + "AAA="}, "E023"),
        ({"CONSENTKIT_SIGNING_KEY": SIGNER.verifier.to_text()}, "E023"),
        ({"CONSENTKIT_SIGNING_KEY": "k" * 5000}, "E023"),
        ({"CONSENTKIT_SIGNING_KEY": "\0"}, "E023"),
        ({"CONSENTKIT_POLICY": "no-such-file.toml"}, "E000"),
    ],
)
def test_wrong_settings(environ: dict[str, str], ident: str) -> None:
    """A setting that cannot be used is named, with what to write instead."""
    (problem,) = refused(environ=environ).problems
    assert problem.ident == f"consentkit.{ident}"
    assert problem.place in {*environ, *environ.values()}
    assert problem.remedy


def test_every_problem_at_once() -> None:
    """Whoever sets a site up mends everything in one go: settings and policy together."""
    error = refused(
        policy={"mode": "loud", "retention": "session"},
        secret="short",
        production=True,
        environ={"CONSENTKIT_TRUSTED_PROXIES": "x"},
    )
    assert {problem.ident[-4:] for problem in error.problems} == {"E004", "E018", "E020", "E021", "E022"}


# ── what nobody may read ──


@pytest.mark.parametrize(
    "broken", [KEY[:-4] + "AAA=", KEY + "x", KEY.replace("+consent", "+other")], ids=["changed", "longer", "renamed"]
)
def test_signing_key_stays_out_of_errors(broken: str) -> None:
    """A mistyped signing key is not printed where a log would keep it, not even by a traceback."""
    error = refused(environ={"CONSENTKIT_SIGNING_KEY": broken, "CONSENTKIT_SECRET": "tiny-secret"})
    chain: BaseException | None = error
    while chain is not None:
        assert broken[-40:-4] not in f"{chain!r} {chain}"
        assert "tiny-secret" not in f"{chain!r} {chain}"
        chain = chain.__context__


def test_keys_stay_out_of_a_repr() -> None:
    """Settings that are printed, or caught in a traceback, show neither secret, signing key nor password."""
    settings = quiet(secret=SECRET, signing_key=KEY, database="postgresql://me:pass-word@db/x")
    shown = f"{settings!r} {settings}"
    assert SIGNER.verifier.to_text() in shown
    assert KEY[-40:] not in shown
    assert "pass-word" not in shown
    assert SECRET not in shown


def test_new_secrets_differ() -> None:
    """Each secret is new and long."""
    assert len({new_secret() for _ in range(100)}) == 100
    assert len(new_secret()) >= 40


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_production_is_told_of_a_database_that_forgets(url: str) -> None:
    """An owner whose ledger would be gone with the process is told so before the first visitor comes."""
    with pytest.warns(UserWarning, match="CONSENTKIT_DATABASE"):
        load_settings({}, database=url, production=True, secret=SECRET, signing_key=KEY, environ={})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_settings(database=url, secret=SECRET, signing_key=KEY, environ={})
