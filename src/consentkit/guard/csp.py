"""The Content-Security-Policy that follows from a decision: a second policy beside the app's own, about hosts only.

Knows a policy's sources, heads and a decision; not what the app's policy says, which is neither read nor changed. Where
several policies are sent a browser takes from each what it forbids (CSP3 §8.1), so ours can loosen nothing. It is the
belt to the rewriter's braces: it also stops what scripts build after the page has left.

It does not stop hints that only open a connection (dns-prefetch, preconnect), WebRTC, and the visitor's own acts:
links, forms, new windows.
"""

from __future__ import annotations

import itertools
from typing import Literal
from urllib.parse import quote

from consentkit.decision import Decision
from consentkit.guard.caching import may_be_page
from consentkit.guard.document import document_of
from consentkit.http import Header, RequestHead, ResponseHead
from consentkit.policy import Policy
from consentkit.policy.sources import source_table

Kind = Literal["document", "worker"]

_WORKERS = (b"worker", b"sharedworker", b"serviceworker")
# In `enforce`, one page in so many says what it stopped: enough to notice, and no request of ours from most visitors.
REPORTING = 16
_MEMO = 512
_NAMES = {"learn": b"content-security-policy-report-only", "enforce": b"content-security-policy"}
_NOBODY = Decision(ask=False)


class Csp:
    """Makes the header for each decision under one policy. Long-lived; remembers what it made, within bounds."""

    def __init__(self, policy: Policy) -> None:
        self._name = _NAMES.get(policy.csp.mode)
        self._prefix = policy.prefix
        self._table = source_table(policy)
        self._turns = itertools.count()
        self._memo: dict[tuple[tuple[frozenset[str], frozenset[str]] | None, str, bool], Header] = {}

    def governs(self, request: RequestHead, head: ResponseHead) -> Kind | None:
        """What our policy would be for: a page, also one that we cannot read; a worker's script; None for the rest.

        A worker started from a URL has the policy of its own response, not its page's (HTML, "run a worker").
        """
        if self._name is None or head.status == 304:
            return None
        if request.header(b"sec-fetch-dest") in _WORKERS:
            return "worker"
        return "document" if document_of(head, shown=may_be_page(request)) is not None else None

    def restrict(self, kind: Kind, head: ResponseHead, decision: Decision | None, root: str = "") -> ResponseHead:
        """The response with our policy as one line more. `decision` is None where anybody may be given this response.

        A page for everybody is open to all declared vendors, and tightened by its first script; a worker's script has
        nobody to tighten it, and is open to none. `root` is where the app is mounted.
        """
        open_to_all = decision is None and kind == "document"
        reports = self._name == _NAMES["learn"] or (decision is not None and next(self._turns) % REPORTING == 0)
        header = self._header(None if open_to_all else decision or _NOBODY, root, reports)
        # Asked by date an app may answer "not modified", and the copy would come back under the policy it came with:
        # Chromium takes no "content-…" header from a 304. An ETag is keyed by the decision.
        return head.without(b"last-modified").plus(header)

    def _header(self, decision: Decision | None, root: str, reports: bool) -> Header:
        """The header for a decision, or for whoever may have allowed anything."""
        key = ((decision.granted, decision.vendors) if decision else None, root, reports)
        header = self._memo.get(key)
        if header is None:
            text = self._table.text(decision.allows) if decision else self._table.widest
            if reports:
                # Not `report-to`: every browser knows this one, and the app's own Reporting-Endpoints stay the app's.
                text += f"; report-uri {quote(f'{root}{self._prefix}/report', safe='/')}"
            assert self._name is not None  # `governs` has looked
            header = self._name, text.encode("ascii")
            if len(self._memo) >= _MEMO:
                self._memo.clear()
            self._memo[key] = header
        return header
