"""One worker process: it loads the entry once and answers the host's mini-batches over a socket (frames.py).

  host    load   {entry, arguments, loggingLevel, separator}        worker  loaded {}  or  failed {message}
  host    batch  {index, files | rows, keys, wantsRows}             worker  started {index}, when the data is in memory
                                                                    worker  result {index, items?, returned} + rows
                                                                    or      error {index, message}
  host    close                                                     worker  runs shutdown(), says closed {} and ends

When the connection breaks the host is gone, so the worker ends at once.
"""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
import select
import socket
import sys
import threading
import traceback
from typing import Any, NoReturn

if __name__ == "__main__":
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from sluiceworks.frames import FrameConnection, Header
from sluiceworks.parallel.entry import MiniBatchContext, ScriptEntry
from sluiceworks.parallel.rows import WrongResult, count_of, text_of


def main(descriptor: int) -> int:
    """Works until the host says close; returns the exit status."""
    connection = socket.socket(fileno=descriptor)
    connection.set_inheritable(False)
    threading.Thread(target=_end_with_the_host, args=(connection,), daemon=True).start()
    frames = FrameConnection(connection)
    for stream in (sys.stdout, sys.stderr):
        # A killed worker must not take its last lines with it, and lines of several workers must not mix.
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    first = frames.receive()
    if first is None:
        _end()
    header = first[0]
    try:
        entry = _load(header)
    except (Exception, SystemExit) as error:
        _print_traceback(error)
        frames.send({"type": "failed", "message": _words(error)})
        return 1
    frames.send({"type": "loaded"})
    return _serve(frames, entry, header["separator"])


def _load(header: Header) -> Any:
    sys.path.append(os.getcwd())
    logging.basicConfig(
        level=header["loggingLevel"], format="%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"
    )
    if header["entry"]["kind"] == "model":
        from sluiceworks.parallel.model_entry import ModelEntry

        entry: Any = ModelEntry(header["entry"]["path"])
    else:
        entry = ScriptEntry(header["entry"]["path"], header["arguments"])
    entry.init()
    return entry


def _serve(frames: FrameConnection, entry: Any, separator: str) -> int:
    while True:
        frame = frames.receive()
        if frame is None:
            _end()
        header = frame[0]
        if header["type"] == "close":
            try:
                entry.shutdown()
            except (Exception, SystemExit) as error:
                _print_traceback(error)
            frames.send({"type": "closed"})
            return 0
        try:
            answer, rows = _answer(frames, entry, header, separator)
        except (Exception, SystemExit) as error:
            _print_traceback(error)
            answer, rows = {"type": "error", "index": header["index"], "message": _words(error)}, b""
        frames.send(answer, rows)


def _answer(frames: FrameConnection, entry: Any, header: Header, separator: str) -> tuple[Header, bytes]:
    index = header["index"]
    batch = header["files"] if header.get("rows") is None else _frame_of(header["rows"])
    frames.send({"type": "started", "index": index})
    result = entry.run(batch, MiniBatchContext(index, header["keys"]))
    returned = count_of(result) if entry.counts_results else len(batch)
    rows = text_of(result, separator) if header["wantsRows"] else b""
    return {"type": "result", "index": index, "returned": returned}, rows


def _frame_of(file: str) -> Any:
    """The rows of a mini-batch: frames that cut_table.py pickled one after another."""
    import pandas

    parts = []
    with open(file, "rb") as stream, contextlib.suppress(EOFError):
        while True:
            parts.append(pickle.load(stream))
    return parts[0] if len(parts) == 1 else pandas.concat(parts, ignore_index=True)


def _print_traceback(error: BaseException) -> None:
    """The user's own frames: how the script was called is no news to them."""
    ours = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename.startswith((ours, "<frozen ")):
        frames = frames.tb_next
    traceback.print_exception(type(error), error, frames)


def _words(error: BaseException) -> str:
    return str(error) if isinstance(error, WrongResult) else f"{type(error).__name__}: {error}"


def _end_with_the_host(connection: socket.socket) -> None:
    """In a thread of its own: the main thread may be deep in the user's code."""
    poll = select.poll()
    poll.register(connection.fileno(), getattr(select, "POLLRDHUP", 0))
    while not poll.poll(None if sys.platform == "linux" else 1000):
        if os.getppid() == 1:
            break
    _end()


def _end() -> NoReturn:
    with contextlib.suppress(Exception):
        sys.stdout.flush()
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
