"""The command line: human text on stderr, data on stdout; 0 fine, 1 a finding, 2 wrong use."""

from consentkit.cli.main import main

__all__ = ["main"]
