"""What visitors see: the notice as evidence, banner and pages as HTML, and the words in each language."""

from consentkit.page.code import served_code
from consentkit.page.notice import Layer, Notice, build_notice
from consentkit.page.render import Pages
from consentkit.page.texts import choose_language, languages

__all__ = ["Layer", "Notice", "Pages", "build_notice", "choose_language", "languages", "served_code"]
