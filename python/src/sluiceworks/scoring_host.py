"""The scoring host: one process that holds one model and answers requests.

The server starts it with a connected stream socket as file descriptor 3 and speaks frames (frames.py):

  server  load   {model}                       once, first
  host    ready  {description}                 or  failed {message, hint}, and the process ends
  server  score  {id, contentType, headers, infer?}    + body
  host    answer {id, outcome, executionMs, contentType, details? | code, message} + body
  server  close                                end after the requests before it

Every request is answered exactly once, in the order of arrival. Standard output and error are the deployment's log:
a print() can never reach the protocol. When the connection breaks the server is gone (or has given this worker up),
so the whole process group ends, children included.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
import threading
import time
import traceback
from typing import Any, NoReturn

from .frames import FrameConnection, Header
from .scoring_types import LoadedModel, LoadFailed, RequestRejected, ScoringAnswer, ScoringRequest, answer

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
        model = _load(first[0]["model"])
    except LoadFailed as error:
        traceback.print_exc()
        frames.send({"type": "failed", "message": str(error), "hint": error.hint})
        return 3
    except (Exception, SystemExit) as error:
        traceback.print_exc()
        frames.send({"type": "failed", "message": f"{type(error).__name__}: {error}", "hint": None})
        return 3
    frames.send({"type": "ready", "description": model.description})
    _serve(frames, model)
    return 0


def _load(model: dict[str, Any]) -> LoadedModel:
    if model["kind"] == "script":
        from .score_script import ScoreScript

        return ScoreScript(model["appRoot"], model["script"])
    from .mlflow_model import MlflowModel

    return MlflowModel(model["path"], model["metadata"])


def _serve(frames: FrameConnection, model: LoadedModel) -> None:
    while True:
        frame = frames.receive()
        if frame is None:
            _end_group()
        header, body = frame
        if header["type"] == "close":
            return
        frames.send(*_answer(model, header, body))


def _answer(model: LoadedModel, header: Header, body: bytes) -> tuple[Header, bytes]:
    request = ScoringRequest(header["contentType"], body, header.get("headers") or {}, header.get("infer"))
    started = time.perf_counter()
    answered: Header = {"type": "answer", "id": header["id"]}
    result = ScoringAnswer("", b"")
    try:
        result = answer(model, request)
        answered.update(outcome="answered", contentType=result.content_type)
        if result.details:
            answered["details"] = result.details
    except RequestRejected as error:
        answered.update(outcome="rejected", code=error.code, message=str(error))
    except (Exception, SystemExit) as error:
        traceback.print_exc()
        answered.update(outcome="failed", message=f"{type(error).__name__}: {error}")
    answered["executionMs"] = round((time.perf_counter() - started) * 1000, 3)
    return answered, result.body


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
