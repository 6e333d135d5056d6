"""A mould gives what the template would give."""

from __future__ import annotations

from jinja2 import Template

from consentkit.page.mould import Mould

TEMPLATE = Template('<a href="{{ to }}" title="{{ name }}">{{ name }} – {{ to }}</a>', autoescape=True)


def test_filled_it_reads_as_if_rendered() -> None:
    """A visitor's page is the same whether our HTML was rendered for it or filled in."""
    mould = Mould(TEMPLATE.render, "to", "name")
    for to, name in (("/a?b=1&c", "Zoë"), ("/", '"><script>'), ("", "{{ to }}")):
        assert mould.fill(to=to, name=name) == TEMPLATE.render(to=to, name=name).encode()
