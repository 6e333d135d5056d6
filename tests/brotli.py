"""How many bytes a file weighs on its way to a browser: Node's Brotli, at its best."""

from __future__ import annotations

import json
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Sequence

_SCRIPT = """
const z = require("zlib"), best = {params: {[z.constants.BROTLI_PARAM_QUALITY]: 11}}
const parts = JSON.parse(require("fs").readFileSync(0))
console.log(JSON.stringify(parts.map((part) => z.brotliCompressSync(Buffer.from(part, "base64"), best).length)))
"""


def brotli_sizes(parts: Sequence[bytes]) -> list[int] | None:
    """The size of each part, compressed alone; None where there is no Node."""
    if (node := shutil.which("node")) is None:
        return None
    given = json.dumps([b64encode(part).decode() for part in parts]).encode()
    answer = subprocess.run([node, "-e", _SCRIPT], input=given, capture_output=True, check=True).stdout
    sizes: list[int] = json.loads(answer)
    return sizes
