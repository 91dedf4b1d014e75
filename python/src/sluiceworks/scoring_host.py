"""The scoring host: one process that holds one model and answers requests.

The server starts it with a connected stream socket as file descriptor 3 and speaks frames (frames.py):

  server  load    {model, batching}       once, first
  host    ready   {description}           or  failed {message, hint}, and the process ends
  server  score   {requests: [{id, contentType, headers?, infer?, http?, bytes}]} + the bodies, one after another
  host    answers {answers: [{id, outcome, executionMs, bytes, contentType, details? | code, message}], rows} + bodies
  server  ping                            host    alive, when it comes to it: after the requests before it
  server  close                           end after the requests before it

Several requests come in one frame only when the description said `joinsRequests`; their answers come in one frame or
in several. Every request is answered exactly once. Standard output and error are the deployment's log:
a print() can never reach the protocol. When the connection breaks the server is gone (or has given this worker up),
so the whole process group ends, children included.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import socket
import sys
import threading
import traceback
from typing import NoReturn

from .frames import FrameConnection, Header
from .load_model import load_model
from .request_batches import RequestBatches, rows_together
from .scoring_types import LoadFailed, ScoringRequest

_CONNECTION = 3
# The server takes a closed connection for a dead worker, so it must outlive main() and the model's exit handlers.
_HELD: list[socket.socket] = []
# Elsewhere a poll for nothing but a hang-up may sleep through it, so the parent is checked every second.
_WATCH_MS = None if sys.platform == "linux" else 1000


def main() -> int:
    """Serves until the server says close; returns the exit status."""
    connection = socket.socket(fileno=_CONNECTION)
    _HELD.append(connection)
    # Children of the model must not hold the connection open.
    connection.set_inheritable(False)
    threading.Thread(target=_end_with_the_server, args=(connection,), daemon=True).start()
    frames = FrameConnection(connection)
    first = frames.receive()
    if first is None:
        _end_group()
    try:
        model = load_model(first[0]["model"])
    except LoadFailed as error:
        traceback.print_exc()
        frames.send({"type": "failed", "message": str(error), "hint": error.hint})
        return 3
    except (Exception, SystemExit) as error:
        traceback.print_exc()
        frames.send({"type": "failed", "message": f"{type(error).__name__}: {error}", "hint": None})
        return 3
    max_rows = rows_together(model, first[0].get("batching") or {})
    # What was made so far stays: looking through all of it for garbage would hold up a request now and then for tens of
    # milliseconds.
    gc.collect()
    gc.freeze()
    frames.send({"type": "ready", "description": {**model.description, "joinsRequests": max_rows > 0}})
    _serve(frames, RequestBatches(model, max_rows))
    return 0


def _serve(frames: FrameConnection, batches: RequestBatches) -> None:
    while True:
        frame = frames.receive()
        if frame is None:
            _end_group()
        header, body = frame
        if header["type"] == "close":
            return
        if header["type"] == "ping":
            frames.send({"type": "alive"})
            continue
        for together in batches.answer(_requests_of(header, body)):
            answers = [{**answered.header, "bytes": len(answered.body)} for answered in together.answers]
            payload = b"".join([answered.body for answered in together.answers])
            frames.send({"type": "answers", "answers": answers, "rows": together.rows}, payload)


def _requests_of(header: Header, body: bytes) -> list[tuple[int, ScoringRequest]]:
    requests, at = [], 0
    for each in header["requests"]:
        end = at + each["bytes"]
        about = (each.get("headers") or {}, each.get("infer"), each.get("http"))
        request = ScoringRequest(each["contentType"], body[at:end], *about)
        requests.append((each["id"], request))
        at = end
    return requests


def _end_with_the_server(connection: socket.socket) -> None:
    """Waits in a thread of its own for the hang-up: the main thread may be deep in the model's code."""
    parent = os.getppid()
    poll = select.poll()
    # No POLLIN: a request must not wake this thread.
    poll.register(connection.fileno(), getattr(select, "POLLRDHUP", 0))
    while True:
        if poll.poll(_WATCH_MS) or os.getppid() != parent:
            _end_group()


def _end_group() -> NoReturn:
    with contextlib.suppress(Exception):
        sys.stdout.flush()
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
