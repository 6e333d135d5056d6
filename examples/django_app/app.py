"""Linden Academy on Django, in one file. The pages are the demo's; what consentkit needs is marked with an arrow."""

import secrets
import sys

from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import path
from django.views.static import serve

from consentkit.demo.site import CONTENT, COURSES, DAY, GLOBALS, HERE, SPEEDS, WORDS

settings.configure(
    DEBUG=True,
    SECRET_KEY=secrets.token_urlsafe(),
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["consentkit.django"],  # ← its checks, and its template tags
    MIDDLEWARE=[
        "consentkit.django.ConsentMiddleware",  # ← first
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
    ],
    CONSENTKIT={"policy": HERE / "consent.toml"},  # ← what the school declares
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    TEMPLATES=[{"BACKEND": "django.template.backends.jinja2.Jinja2", "DIRS": [HERE / "templates"]}],
)


def page(request, template, **more):
    """A page, with all the cookies that this site likes to set, and without asking."""
    language = request.GET.get("lang") or request.headers.get("Accept-Language", "en")[:2]
    words = {"t": WORDS.get(language, WORDS["en"]), "language": language, "languages": WORDS, "path": request.path}
    words |= {"courses": COURSES.values(), "name": request.session.get("name"), "csrftoken": get_token(request)}
    html = render_to_string(template, words | GLOBALS | more, request)
    response = HttpResponse(html.replace('name="csrftoken"', 'name="csrfmiddlewaretoken"'))
    response.set_cookie("visit_id", request.COOKIES.get("visit_id") or secrets.token_hex(8), max_age=365 * DAY)
    response.set_cookie("campaign", request.GET.get("utm_source", "direct")[:40], max_age=90 * DAY, httponly=True)
    return response


def course(request, slug):
    wished = request.GET.get("speed") or request.COOKIES.get("playback_speed", "1")
    facts = {"pace": wished if wished in SPEEDS else "1", "speeds": SPEEDS, "remembers": request.consent.functional}
    return page(request, "course.html", course=COURSES[slug], **facts)


def speed(request, slug):
    response = HttpResponseRedirect(f"/courses/{slug}?speed={request.POST['speed']}#lessons")
    response.set_cookie("playback_speed", request.POST["speed"], max_age=365 * DAY)
    return response


def sign_in(request):
    if request.method == "GET":
        return page(request, "sign_in.html")
    request.session["name"] = request.POST["name"].strip()[:40] or "Guest"
    return HttpResponseRedirect("/account")


def stream(request):
    html = page(request, "stream.html", lines=CONTENT["lecture"]["lines"]).content
    return StreamingHttpResponse(html.split(b"<!--pause-->"))


PAGES = ("home", "courses", "account", "newsletter", "contact", "privacy", "imprint")
urlpatterns = [
    *(path(name.removeprefix("home"), page, {"template": f"{name}.html"}) for name in PAGES),
    path("courses/<slug:slug>", course),
    path("courses/<slug:slug>/speed", speed),
    path("sign-in", sign_in),
    path("stream", stream),
    path("static/<path:path>", serve, {"document_root": HERE / "static"}),
]

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
