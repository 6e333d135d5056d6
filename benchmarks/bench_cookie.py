"""What the decision cookie costs, beside a raw HMAC and itsdangerous' own serializer in the same run. By hand.

python benchmarks/bench_cookie.py
"""

from __future__ import annotations

import hashlib
import hmac
from itertools import count

from interleaved import medians, report
from itsdangerous import URLSafeTimedSerializer

from consentkit.cookie import StandingCookie
from consentkit.decision import Choice, ChoiceKind, Standing
from consentkit.ledger.record import new_id
from consentkit.policy import edition, parse_policy
from consentkit.seal import Sealer

VENDORS = 20


def main() -> None:
    vendors = [{"id": f"v{n}", "name": f"V{n}", "category": "marketing", "purpose": "p"} for n in range(VENDORS)]
    policy = parse_policy({"vendors": vendors, "controller": {"name": "x", "contact": "y"}}, "benchmark")
    current = edition(policy)
    sealer = Sealer(["s" * 32], "cookie", "bench")
    cookie = StandingCookie(sealer, lambda short: current)
    choice = Choice(ChoiceKind.CUSTOM, frozenset({"analytics"}), frozenset(current.vendors))
    standings = [Standing(new_id(), choice, current.short, 1_800_000_000 + n) for n in range(5000)]
    values = [cookie.format(standing, current) for standing in standings]
    plain = {"v": standings[0].visitor, "c": ["analytics"], "n": list(current.vendors), "p": current.short, "t": 1}
    serializer = URLSafeTimedSerializer("s" * 32, signer_kwargs={"digest_method": hashlib.sha256})
    serialized = serializer.dumps(plain)
    payload, key = sealer.open(values[0]), b"k" * 32
    turn = count()

    jobs = {
        "raw HMAC-SHA256 of the payload, compared": lambda: hmac.compare_digest(
            hmac.digest(key, payload, "sha256"), hmac.digest(key, payload, "sha256")
        ),
        "verify, never seen": lambda: cookie.parse(values[next(turn) % len(values)]),
        "verify, remembered": lambda: cookie.parse(values[-1]),
        "seal": lambda: cookie.format(standings[0], current),
        "URLSafeTimedSerializer verify": lambda: serializer.loads(serialized),
        "URLSafeTimedSerializer sign": lambda: serializer.dumps(plain),
    }
    cookie.parse(values[-1])
    # Fewer calls than values: each cold one is met once before the memory forgets.
    report("the cookie", medians(jobs, rounds=9, times=400), "raw HMAC-SHA256 of the payload, compared")
    print(f"\n  {len(values[0])} bytes with {VENDORS} vendors chosen; as signed JSON {len(serialized)}")


if __name__ == "__main__":
    main()
