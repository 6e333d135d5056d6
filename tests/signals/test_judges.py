"""The IAB's own libraries read what we write, and we what they write: a thousand strings of each kind, both ways."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, NoReturn

import pytest

from consentkit.signals.gpp import SECTIONS, format_gpp, parse_gpp
from consentkit.signals.tcf import TcString, format_tc, parse_tc
from tests.signals.listed import vendor_list
from tests.signals.models import gpp_model, tc_model

ORACLES = Path(__file__).parents[1] / "oracles/signals"
MANY = 1000
# The specification's names are ours; the library has its own for the type of a subsection, and a switch for having one.
THEIRS = {"SubsectionType": "GpcSegmentType"}
LEFT_OUT = {"Gpc": "GpcSegmentIncluded", "SensitiveDataProcessing": "SensitiveDataConsentSegmentIncluded"}
VALUES = (
    "cmp_id", "cmp_version", "screen", "language", "vendor_list", "policy_version", "own_texts",
    "purpose_one_undisclosed", "publisher_country",
)  # fmt: skip
SETS = ("special_features", "purposes", "legitimate_purposes", "vendors", "legitimate_vendors", "disclosed")


def missing(what: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


def gpp_fields(model: dict[str, Any]) -> list[tuple[str, str, Any]]:
    """A model as the library takes it: section, field, value."""
    fields = []
    for prefix, segments in model.items():
        for segment in segments:
            for name, value in segment.items():
                fields.append((prefix, THEIRS.get(name, name), list(value) if isinstance(value, tuple) else value))
        for table in SECTIONS[prefix].segments[len(segments) :]:
            fields.append((prefix, LEFT_OUT[list(table)[-1]], False))
    return fields


def tc_fields(tc: TcString) -> dict[str, Any]:
    """A model as it travels: sets in order, days in milliseconds, runs as the vendors in them."""
    publisher = tc.publisher or {}
    return {
        **{name: getattr(tc, name) for name in VALUES},
        **{name: sorted(getattr(tc, name)) for name in SETS},
        **{name: sorted(publisher.get(name, ())) for name in ("publisher_purposes", "publisher_legitimate")},
        "day": int(datetime(tc.day.year, tc.day.month, tc.day.day, tzinfo=UTC).timestamp() * 1000),
        "restrictions": [
            [purpose, kind, [vendor for first, last in found for vendor in range(first, last + 1)]]
            for (purpose, kind), found in sorted(tc.restrictions.items())
        ],
    }


class Judged:
    """Our models, and what the libraries made of them."""

    def __init__(self, folder: Path) -> None:
        random = Random(20_261_123)
        self.gpp = [gpp_model(random) for _ in range(MANY)]
        self.tcs = [tc_model(random) for _ in range(MANY)]
        self.gpp_texts, self.tc_texts = [format_gpp(one) for one in self.gpp], [format_tc(one) for one in self.tcs]
        fields = [gpp_fields(model) for model in self.gpp]
        wanted = [[name[:2] for name in model] for model in fields]
        asked = {
            "gpp": {
                "texts": [{"text": t, "fields": w} for t, w in zip(self.gpp_texts, wanted, strict=True)],
                "models": fields,
            },
            "tcf": {"list": vendor_list(), "texts": self.tc_texts, "models": [tc_fields(tc) for tc in self.tcs]},
        }
        command = ["node", "oracle.cjs"]
        done = subprocess.run(command, cwd=folder, input=json.dumps(asked), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        self.said = json.loads(done.stdout)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """The libraries, freshly installed in the versions that package.json names, asked once."""
    npm = shutil.which("npm") or missing("no npm found: the IAB's libraries cannot be had")
    folder = tmp_path_factory.mktemp("judges")
    shutil.copytree(ORACLES, folder, dirs_exist_ok=True)
    command = [npm, "install", "--no-package-lock", "--prefer-offline", "--ignore-scripts", "--no-audit", "--silent"]
    installed = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if installed.returncode:
        missing(f"the IAB's libraries cannot be installed: {installed.stderr[-200:]}")
    return Judged(folder)


def test_they_read_our_gpp(judged: Judged) -> None:
    """An advertiser reads in our GPP strings what the visitor's decision put there."""
    for model, found, text in zip(judged.gpp, judged.said["gpp"]["texts"], judged.gpp_texts, strict=True):
        assert found == [value for _, _, value in gpp_fields(model)], text


def test_they_write_the_same_gpp(judged: Judged) -> None:
    """The reference implementation writes the same letters for the same model, and so we read what it writes."""
    assert judged.said["gpp"]["models"] == judged.gpp_texts
    assert [parse_gpp(text) for text in judged.said["gpp"]["models"]] == judged.gpp


def test_they_read_our_tc_strings(judged: Judged) -> None:
    """A vendor reads in our TC strings what the visitor chose."""
    for tc, found, text in zip(judged.tcs, judged.said["tcf"]["texts"], judged.tc_texts, strict=True):
        assert found | {"restrictions": sorted(found["restrictions"])} == tc_fields(tc), text


def test_we_read_their_tc_strings(judged: Judged) -> None:
    """What other CMPs' strings say is read as they mean it."""
    for tc, text in zip(judged.tcs, judged.said["tcf"]["models"], strict=True):
        assert tc_fields(parse_tc(text)) == tc_fields(tc), text
