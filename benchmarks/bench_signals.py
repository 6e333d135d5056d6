"""What reading and writing advertising strings costs, beside base64 alone in the same run. By hand.

python benchmarks/bench_signals.py

The TC string is as large as they get: all 376 vendors of a list that goes up to 1,218, as it was in the summer of 2023.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode
from datetime import date
from random import Random

from interleaved import medians, report

from consentkit.decision import Decision
from consentkit.signals.gpp import format_gpp, parse_gpp, section_said
from consentkit.signals.tcf import TcString, format_tc, parse_tc

LISTED, HIGHEST = 376, 1218
MOST_DECODING, MOST_ENCODING = 100, 1000  # µs


def everybody_in(tc: TcString) -> None:
    """Look at every vendor that a string names; most who read one ask about a single vendor."""
    for vendors in (tc.vendors, tc.legitimate_vendors, tc.disclosed):
        frozenset(vendors)


def main() -> None:
    random = Random(1)
    everybody = frozenset(random.sample(range(1, HIGHEST), LISTED - 1)) | {HIGHEST}
    interested = frozenset(random.sample(sorted(everybody), 190))
    tc = TcString(
        day=date(2026, 11, 23),
        cmp_id=880,
        vendor_list=150,
        policy_version=5,
        special_features=frozenset({1, 2}),
        purposes=frozenset(range(1, 12)),
        legitimate_purposes=frozenset({2, 7, 8, 9, 10, 11}),
        vendors=everybody,
        legitimate_vendors=interested,
        disclosed=everybody,
    )
    text, section = format_tc(tc), section_said("usnat", Decision(gpc=True))
    gpp = format_gpp({"usnat": section})
    core = text.split(".")[0]

    floor = "base64 of the core alone"
    jobs = {
        floor: lambda: urlsafe_b64decode(core + "=" * (-len(core) % 4)),
        "TC string, read": lambda: parse_tc(text),
        "TC string, read, all vendors counted": lambda: everybody_in(parse_tc(text)),
        "TC string, written": lambda: format_tc(tc),
        "GPP string, read": lambda: parse_gpp(gpp),
        "GPP string, written": lambda: format_gpp({"usnat": section}),
    }
    figures = medians(jobs, rounds=100, times=10, best=True)
    report("the strings", figures, floor)
    print(f"\n  TC string {len(text)} letters, GPP string {len(gpp)}")
    assert figures["TC string, read"] <= MOST_DECODING, "reading takes too long"
    assert figures["TC string, written"] <= MOST_ENCODING, "writing takes too long"


if __name__ == "__main__":
    main()
