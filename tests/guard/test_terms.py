"""Who is held under which decision, and what the page says of it."""

from __future__ import annotations

from consentkit.classification.classifier import Classifier
from consentkit.decision import Decision
from consentkit.guard.guard import Terms
from consentkit.policy import parse_policy

POLICY = parse_policy(
    {
        "controller": {"name": "Shop", "contact": "shop@example.com"},
        "vendors": [
            {
                "id": "google",
                "name": "Google",
                "category": "marketing",
                "purpose": "Ads.",
                "hosts": ["ads.google.example"],
            }
        ],
    },
    "test",
)


def judge(decision: Decision, url: str) -> str | None:
    return Terms(Classifier(POLICY), decision, "shop.example").judge(url)


def test_a_vendor_allowed_alone_is_the_declared_one() -> None:
    """Allowing one declared vendor lets through what was declared of it, and nothing that bears a like name."""
    alone = Decision(vendors=frozenset({"google", "Google"}))
    assert judge(alone, "https://ads.google.example/x.js") is None
    assert judge(alone, "https://ad.doubleclick.net/x.js") == "marketing .google"


def test_labels_tell_declared_from_catalogued() -> None:
    """The page says for whom a tag waits, so that what wakes it knows a declared vendor from a name."""
    assert judge(Decision(), "https://ads.google.example/x.js") == "marketing google"
    assert judge(Decision(), "https://static.hotjar.com/c/hotjar-1.js") == "analytics .hotjar"
    assert judge(Decision(), "/own.js") is None
