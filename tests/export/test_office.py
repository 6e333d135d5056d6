"""What LibreOffice makes of the table: every cell is the text that was exported, and none is worked out."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import xml.etree.ElementTree as ElementTree
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from consentkit.export.rows import csv_lines
from scripts.office import find

from .ledgers import entry

pytestmark = pytest.mark.skipif(not os.environ.get("CONSENTKIT_TEST_MATRIX"), reason="takes long: make test-long")
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}p"
_SECONDS = 300


def evil(address: str, marker: Path) -> list[str]:
    """What a spreadsheet might work out, ask for or start."""
    return [
        "=1+1", "+1+1", "-1+1", "@SUM(1+1)", "\t=1+1", "\r=1+1", "\n=1+1", "=1+1\n=2+2",
        f'=WEBSERVICE("{address}a")', f'=HYPERLINK("{address}b","x")', f"=cmd|'/C touch {marker}'!A1",
        f'=DDE("soffice","{marker}","A1")', f"='file://{marker}'#$Sheet1.A1", '",=1+1,"', '"\r\n=1+1,=1+1',
    ]  # fmt: skip


def test_nothing_is_run(tmp_path: Path) -> None:
    """Whoever opens the table in LibreOffice starts and asks for nothing, whatever stands in a record."""
    office = find() or pytest.skip("no LibreOffice found: scripts/office.py gets one")
    asked: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)

        do_HEAD = do_OPTIONS = do_PROPFIND = do_GET

    server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    Thread(target=server.serve_forever, daemon=True).start()
    marker = tmp_path / "started"
    cells = evil(f"http://127.0.0.1:{server.server_port}/", marker)
    table = tmp_path / "table.csv"
    table.write_bytes(b"".join(csv_lines(entry(at, route=cell, language=cell) for at, cell in enumerate(cells))))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    # Comma, quotes, UTF-8; "evaluate formulas" is on, as a careless user has it (CSV filter options, token 13).
    options = "--infilter=CSV:44,34,76,1,,0,false,true,false,false,false,-1,true"
    command = [office, "--headless", "--norestore", profile, options, "--convert-to", "fods", "--outdir", str(tmp_path)]
    done = subprocess.run([*command, str(table)], capture_output=True, timeout=_SECONDS, text=True, check=False)
    server.shutdown()
    server.server_close()
    assert (tmp_path / "table.fods").exists(), done.stdout + done.stderr
    document = ElementTree.parse(tmp_path / "table.fods")
    assert not [cell for cell in document.iter() if f"{_TABLE}formula" in cell.attrib]
    shown = ["\n".join(line.text or "" for line in cell.iter(_TEXT)) for cell in document.iter(f"{_TABLE}table-cell")]
    expected = [row["route"] for row in csv.DictReader(io.StringIO(table.read_text(encoding="utf-8"), newline=""))]
    assert [cell.replace("\r", "\n") for cell in expected if "\t" not in cell and cell not in shown] == []
    assert asked == []
    assert not marker.exists()
