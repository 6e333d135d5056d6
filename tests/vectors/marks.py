"""Everything that the server may write into a page, so that it can be taken out again."""

from __future__ import annotations

import re

from tests.guard.cases import source

# Where a page has a base, ours are written out in full.
_HERE = rb'"(?:https?://[^/"]+)?/_privacy/'
_STATIC = _HERE + rb"static/[0-9a-f]+\."
_WIDGET = rb"<script defer src=" + _STATIC + rb'widget\.js"[^>]*></script>'
_INSERTS = re.compile(
    rb"<link rel=\"stylesheet\" href=" + _STATIC + rb'first\.css">\n<section class="ck-first".*?</section>'
    rb'<template class="ck-later">.*?</template>\n' + _WIDGET
    + rb"|<aside[^>]*>(?:<link rel=stylesheet href=" + _STATIC + rb'reopen\.css">|<style>[^<]*</style>)?'
    + rb'<a href=' + _HERE + rb'preferences"[^>]*>[^<]*</a>(?:<form(?: hidden)? method="post" action=' + _HERE
    + rb'choice"><button name=choice value=withdraw>[^<]*</button></form>)?</aside>(?:' + _WIDGET + rb")?"
    + rb"|(<desc>)?<script src=" + _STATIC + rb'guard\.js"[^>]*></script>(?(1)</desc>)'
    , re.S)  # fmt: skip
# What stands in a frame meanwhile: its text knows no double quotes.
_PLACEHOLDER = re.compile(rb'(?<=") srcdoc="<!doctype html><html lang=\'[^"]*"')


def without_inserts(body: bytes) -> bytes:
    """A page without banner, link, widget and guard script."""
    return _INSERTS.sub(b"", body)


def author(body: bytes) -> bytes:
    """The author's bytes: without what we put into a page, and what we wrote into its tags."""
    return source(_PLACEHOLDER.sub(b"", without_inserts(body)))
