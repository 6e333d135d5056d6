"""The Django app: its name and its checks. It has no models; the ledger keeps its own tables."""

from __future__ import annotations

from django.apps import AppConfig
from django.core import checks

from consentkit.django.checks import check_order, check_settings
from consentkit.django.conf import in_production


class ConsentkitConfig(AppConfig):
    """What `INSTALLED_APPS = ["consentkit.django"]` brings: checks at the start, and template tags."""

    name = "consentkit.django"
    label = "consentkit"
    verbose_name = "Consent"

    def ready(self) -> None:
        in_production()  # asked now, and remembered
        checks.register(check_order)
        checks.register(check_settings)
