"""A Django project as small as they come. Each test that needs more says so with override_settings."""

SECRET_KEY = "for tests only"
DEBUG = True
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "tests.faces.django_site.urls"
INSTALLED_APPS = ["consentkit.django"]
MIDDLEWARE = ["consentkit.django.ConsentMiddleware"]
DATABASES: dict[str, dict[str, str]] = {}
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "consentkit.django.consent_context",
            ]
        },
    }
]
USE_TZ = True
LOGGING_CONFIG = None
