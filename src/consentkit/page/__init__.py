"""What visitors see: the notice as evidence, banner and pages as HTML, and the words in each language."""

from consentkit.page.additions import is_asked_then
from consentkit.page.code import served_code
from consentkit.page.framework import as_listed
from consentkit.page.mould import in_ascii
from consentkit.page.notice import Layer, Notice, Occasion, build_notice
from consentkit.page.render import Pages
from consentkit.page.reopen import Look, Withdraws

__all__ = [
    "Layer",
    "Look",
    "Notice",
    "Occasion",
    "Pages",
    "Withdraws",
    "as_listed",
    "build_notice",
    "in_ascii",
    "is_asked_then",
    "served_code",
]
