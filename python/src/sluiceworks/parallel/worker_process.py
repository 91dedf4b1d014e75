"""The host's side of one worker process: start it, talk to it, kill it with everything it started."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from typing import Tuple

from ..frames import FrameConnection, Header

#: What a worker said, or that it is gone: `{"type": "gone", "message"}`.
Event = Tuple["WorkerProcess", Header, bytes]
Events = queue.Queue  # of Event

_SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "worker.py")


class WorkerProcess:
    """A worker and the thread that listens to it; everything it says, and its end, goes to `events` in order."""

    def __init__(self, number: int, events: Events[Event]) -> None:
        self.number = number
        ours, theirs = socket.socketpair()
        self._frames = FrameConnection(ours)
        self._socket = ours
        self._process = subprocess.Popen(
            [sys.executable, _SCRIPT, str(theirs.fileno())], pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL
        )
        theirs.close()
        threading.Thread(target=self._listen, args=(events,), daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, header: Header) -> None:
        """Tells the worker something; that it is gone is learnt from its `gone` event."""
        with contextlib.suppress(OSError):
            self._frames.send(header)

    def kill(self) -> None:
        """Ends the worker and its descendants at once."""
        if self._process.poll() is not None:
            return
        # Stopped first, so that it starts no more while its descendants are looked up.
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGSTOP)
        for pid in [*_descendants(self.pid), self.pid]:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)

    def _listen(self, events: Events[Event]) -> None:
        with contextlib.suppress(OSError):
            while True:
                frame = self._frames.receive()
                if frame is None:
                    break
                events.put((self, frame[0], frame[1]))
        code = self._process.wait()
        self._socket.close()
        events.put((self, {"type": "gone", "message": _end_words(code)}, b""))


def _end_words(code: int) -> str:
    if code >= 0:
        return f"the worker process ended with exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    more = " (out of memory?)" if name == "SIGKILL" else ""
    return f"the worker process was killed by {name}{more}"


def _descendants(pid: int) -> list[int]:
    """All processes below one, where /proc tells; elsewhere none are found."""
    children: dict[int, list[int]] = {}
    with contextlib.suppress(OSError):
        for name in os.listdir("/proc"):
            if not name.isdigit():
                continue
            with contextlib.suppress(OSError, ValueError, IndexError):
                with open(f"/proc/{name}/stat", encoding="utf8", errors="replace") as stat:
                    # The command's name is in parentheses and may hold anything.
                    parent = int(stat.read().rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(name))
    found: list[int] = []
    pending = [pid]
    while pending:
        below = children.get(pending.pop(), [])
        found += below
        pending += below
    return found
