"""`consentkit`: the commands, put together. What they do is in their own files."""

from __future__ import annotations

import click

from consentkit import __version__
from consentkit.cli.audit import audit
from consentkit.cli.catalog import catalog
from consentkit.cli.check import check
from consentkit.cli.classify import classify
from consentkit.cli.cookies import cookies
from consentkit.cli.csp import csp
from consentkit.cli.demo import demo
from consentkit.cli.evidence import verify
from consentkit.cli.export import export, verifier
from consentkit.cli.ledger import ledger
from consentkit.cli.policy import init, schema
from consentkit.cli.preview import preview
from consentkit.cli.subject import subject
from consentkit.errors import ConsentkitError


class _Commands(click.Group):
    """Errors of ours are findings about what the user gave us, never a traceback."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except BrokenPipeError:  # whoever read our output has seen enough: click ends quietly
            raise
        except (ConsentkitError, OSError) as error:
            click.echo(str(error), err=True)
            context.exit(2)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="consentkit")
def main() -> None:
    """Consent that your server enforces.

    Commands find the policy, the database and the keys through the same settings as the app: CONSENTKIT_POLICY,
    CONSENTKIT_DATABASE, CONSENTKIT_DATA, CONSENTKIT_SECRET, CONSENTKIT_SIGNING_KEY. --data DIR stands for a folder
    that holds all of them.
    """


for _command in (
    *(init, check, schema, preview, classify, catalog, cookies, csp),
    *(demo, export, verifier, verify, ledger, subject, audit),
):
    main.add_command(_command)
