"""The visitors: so many connections, each sends a choice as soon as the one before is answered. A process of its own.

    echo '{"port": 8000, "clients": 16, "seconds": 2, "request": "POST / …", "status": [200]}' | python client.py

Knows bytes on a socket; not whose server it is. `request` is sent with @ID@ and @NETWORK@ replaced: each choice is of
somebody new, from one of 10,000 networks. Prints {"count", "seconds", "p50", "p99", "failed"}, in milliseconds.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from itertools import count
from time import perf_counter
from typing import Any

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.I)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.I)
_NETWORKS = 10_000
_MOST_PRINTED = 500


class Crowd:
    """All who choose in this run, and what became of it."""

    def __init__(self, task: dict[str, Any]) -> None:
        self.template: bytes = task["request"].encode()
        self.statuses = {str(status).encode() for status in task["status"]}
        self.people = count(task.get("first", 0))
        self.took: list[float] = []
        self.failed = 0
        self.example = b""
        self.ends = 0.0

    def request(self) -> bytes:
        person = next(self.people)
        network = person % _NETWORKS
        address = b"10.%d.%d.1" % (network // 250, network % 250)
        name = (b"%024d" % person).replace(b"0", b"z")  # c15t's ids have no zero
        return self.template.replace(b"@ID@", name).replace(b"@NETWORK@", address)

    def answered(self, answer: bytes, seconds: float) -> None:
        if answer[9:12] in self.statuses:
            self.took.append(seconds)
        else:
            self.failed += 1
            self.example = answer[:_MOST_PRINTED]


class Visitor(asyncio.Protocol):
    """One connection, kept alive."""

    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd
        self._answer = b""
        self._sent = 0.0
        self.gone = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        if not _is_whole(self._answer):
            return
        now = perf_counter()
        answer, self._answer = self._answer, b""
        self._crowd.answered(answer, now - self._sent)
        if now < self._crowd.ends:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, _: Exception | None) -> None:
        if not self.gone.done():
            self.gone.set_result(None)

    def _send(self) -> None:
        self._sent = perf_counter()
        self._transport.write(self._crowd.request())


def _is_whole(answer: bytes) -> bool:
    head, end, body = answer.partition(b"\r\n\r\n")
    if not end:
        return False
    if _CHUNKED.search(head):
        return body.endswith(b"0\r\n\r\n")
    length = _LENGTH.search(head)
    return len(body) >= (int(length[1]) if length else 0)


async def choose(task: dict[str, Any]) -> dict[str, Any]:
    crowd, loop = Crowd(task), asyncio.get_running_loop()
    start = perf_counter()
    crowd.ends = start + task["seconds"]
    made = [
        await loop.create_connection(lambda: Visitor(crowd), "127.0.0.1", task["port"]) for _ in range(task["clients"])
    ]
    await asyncio.wait_for(asyncio.gather(*(visitor.gone for _, visitor in made)), task["seconds"] + 60)
    taken = perf_counter() - start
    took = sorted(crowd.took)
    if not took:
        raise SystemExit(f"nobody was answered: {crowd.example!r}")
    return {
        "count": len(took),
        "seconds": taken,
        "p50": took[len(took) // 2] * 1e3,
        "p99": took[int(len(took) * 0.99)] * 1e3,
        "failed": crowd.failed,
        "example": crowd.example.decode("latin-1"),
    }


if __name__ == "__main__":
    try:
        from uvloop import run  # pyright: ignore
    except ImportError:
        from asyncio import run
    print(json.dumps(run(choose(json.load(sys.stdin)))))
