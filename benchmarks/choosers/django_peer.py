"""django-cookie-consent as its documentation sets it up: its log on, its middleware in place, groups in a local cache.

A WSGI application for gunicorn; DATABASE_HOST and DATABASE_NAME name a PostgreSQL database. Run by hand it makes the
tables and the groups of cookies.
"""

from __future__ import annotations

import os

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.urls import include, path

settings.configure(
    SECRET_KEY="s" * 50,
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["*"],
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "cookie_consent"],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "cookie_consent.middleware.CleanCookiesMiddleware",
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": os.environ["DATABASE_HOST"],
            "NAME": os.environ["DATABASE_NAME"],
            "USER": "postgres",
            "CONN_MAX_AGE": None,
        }
    },
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
)
application = get_wsgi_application()


def page(request):  # type: ignore[no-untyped-def]
    return HttpResponse(get_token(request))


urlpatterns = [path("", page), path("cookies/", include("cookie_consent.urls"))]


def prepare() -> None:
    """Three groups of five cookies, as a site of some size has them."""
    from cookie_consent.models import Cookie, CookieGroup
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    for name in ("functional", "analytics", "marketing"):
        group = CookieGroup.objects.create(varname=name, name=name)
        for number in range(5):
            Cookie.objects.create(cookiegroup=group, name=f"{name}_{number}", domain="example.com")


if __name__ == "__main__":
    prepare()
