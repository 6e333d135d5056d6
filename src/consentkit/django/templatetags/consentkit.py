"""{% load consentkit %}: the banner and the link, where the author wants them."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from consentkit.django.context import consent_context

register = template.Library()


@register.simple_tag(takes_context=True)
def consent_banner(context: Context, nonce: str = "") -> Any:
    """The banner for a visitor who is still to be asked, else nothing; `nonce` for a page whose CSP asks for one."""
    return consent_context(context["request"])["consent_banner"](nonce)


@register.simple_tag(takes_context=True)
def consent_link(context: Context) -> Any:
    """The link to the preferences, and beside it the button that withdraws for whoever has allowed something."""
    return consent_context(context["request"])["consent_link"]()
