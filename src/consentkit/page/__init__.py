"""What visitors see: the notice as evidence, banner and pages as HTML, and the words in each language."""

from consentkit.page.code import served_code
from consentkit.page.mould import in_ascii
from consentkit.page.notice import Layer, Notice, Occasion, build_notice
from consentkit.page.render import Look, Pages

__all__ = ["Layer", "Look", "Notice", "Occasion", "Pages", "build_notice", "in_ascii", "served_code"]
