"""The documents that records name: every policy in force so far, every notice shown.

Knows the ledger's documents and their hashes. What was shown is evidence, so a notice is on its way into the ledger
before the page that shows it is out.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from time import sleep
from typing import Any

from consentkit import canonical
from consentkit.errors import ConsentkitError, LedgerUnavailable
from consentkit.ledger.ledger import Ledger
from consentkit.ledger.store import Document
from consentkit.page import Notice, served_code
from consentkit.policy import Edition, Policy, declaration, edition, parse_policy

_LOG = logging.getLogger("consentkit")
_MOST_NOTICES = 1000
# Seconds between looks for a notice on its way from another process: about one and a half in all.
_PATIENCE = (0, 0.05, 0.1, 0.2, 0.4, 0.8)


class Shelf:
    """Keeps and finds documents for one policy in force."""

    def __init__(self, ledger: Ledger, policy: Policy) -> None:
        self.current = edition(policy)
        self._ledger = ledger
        self._code = served_code(policy.theme)
        body = canonical.encode(declaration(policy))
        self._policies = {self.current.short: Document(self.current.fingerprint, "policy", body)}
        self._editions = {self.current.short: self.current}
        self._notices: dict[str, Notice] = {}

    def load(self) -> None:
        """Read the policies of old, once, at the start. Raises LedgerUnavailable."""
        for document in self._ledger.store.documents("policy"):
            self._policies.setdefault(document.hash[:16], document)

    def edition(self, short: str) -> Edition | None:
        """The edition of that short name; None if no policy of that name was ever in force here."""
        found = self._editions.get(short)
        if found is None and (document := self._policies.get(short)):
            try:
                parsed = edition(parse_policy(canonical.decode(document.body), f"policy {document.hash}"))
                # A later consentkit may spell a declaration with more fields: the name stays the stored one's.
                found = replace(parsed, fingerprint=document.hash)
            except ConsentkitError:
                # Written by another version of consentkit, whose checks differ: what it granted lapses.
                _LOG.warning("consentkit.D004 an old policy cannot be read any more: %s", document.hash)
                return None
            self._editions[short] = found
        return found

    def admit(self, policy: Policy) -> Edition:
        """Get to know a policy that is not in force: one that says what had been asked before."""
        admitted = edition(policy)
        self._policies[admitted.short] = Document(admitted.fingerprint, "policy", canonical.encode(declaration(policy)))
        self._editions[admitted.short] = admitted
        return admitted

    def show(self, notice: Notice) -> Notice:
        """Remember a notice about to be shown, and send it to the ledger; a ledger that is away hears of it later."""
        if notice.hash not in self._notices:
            if len(self._notices) >= _MOST_NOTICES:
                self._notices.clear()
            self._notices[notice.hash] = notice
            try:
                self._ledger.keep([*self._documents_of(notice), self._policies[self.current.short]])
            except LedgerUnavailable as error:
                _LOG.error("%s %s", error.ident, error)
        return notice

    def shown(self, hash: str) -> dict[str, Any] | None:
        """A notice's document by its hash, also one that another process showed. May block; LedgerUnavailable."""
        if notice := self._notices.get(hash):
            return notice.document
        # Another process may have shown it a moment ago, and be writing it still: a quick answer must not be lost.
        for pause in _PATIENCE:
            sleep(pause)
            stored = self._ledger.document(hash)
            if stored and stored.kind == "notice":
                document = dict(canonical.decode(stored.body))
                self._meet(document["policy"])
                return document
        return None

    def _meet(self, fingerprint: str) -> None:
        """Get to know the policy of another process, which stored it with its notice after we had started."""
        if fingerprint[:16] not in self._policies:
            stored = self._ledger.document(fingerprint)
            if stored and stored.kind == "policy":
                self._policies[fingerprint[:16]] = stored

    def named_by(self, policy: str, notice: str) -> list[Document]:
        """The documents that a record names, to be stored with it; those not at hand are in the ledger already."""
        documents = [self._policies[policy]] if policy in self._policies else []
        if shown := self._notices.get(notice):
            documents += self._documents_of(shown)
        return documents

    def _documents_of(self, notice: Notice) -> list[Document]:
        """The words, and the code that shows them."""
        return [Document(self._code.hash, "code", self._code.data), Document(notice.hash, "notice", notice.data)]
