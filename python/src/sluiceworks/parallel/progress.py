"""How far the job is: a line in the log now and then, and a file of counts for who watches, and for afterwards."""

from __future__ import annotations

import json
import os
import time

_LINE_SECONDS = 5.0
_FILE_SECONDS = 0.5


class Progress:
    """Counts of mini-batches; `done` are those that succeeded, in earlier attempts too."""

    def __init__(self, file: str, total: int, done: int) -> None:
        self.failed = 0
        self._retried = 0
        self._file = file
        self._total = total
        self._done = done
        self._said = 0.0
        self._written = 0.0
        self._tell(time.monotonic())

    def add(self, succeeded: bool) -> None:
        if succeeded:
            self._done += 1
        else:
            self.failed += 1
        self._moved()

    def retry(self) -> None:
        """A try failed, and another follows."""
        self._retried += 1
        self._moved()

    def end(self) -> None:
        self._tell(time.monotonic())

    def save(self) -> None:
        """The last counts of a job that ends badly."""
        self._write(time.monotonic())

    def _moved(self) -> None:
        now = time.monotonic()
        if now - self._written >= _FILE_SECONDS:
            self._write(now)
        if now - self._said >= _LINE_SECONDS:
            self._say(now)

    def _tell(self, now: float) -> None:
        self._write(now)
        self._say(now)

    def _say(self, now: float) -> None:
        self._said = now
        failed = f", {self.failed} failed" if self.failed else ""
        times = "time" if self._retried == 1 else "times"
        retried = f", tried again {self._retried} {times}" if self._retried else ""
        print(f"mini-batches: {self._done} of {self._total} done{failed}{retried}")

    def _write(self, now: float) -> None:
        self._written = now
        aside = f"{self._file}.part"
        counts = {"total": self._total, "done": self._done, "failed": self.failed, "retried": self._retried}
        with open(aside, "w", encoding="utf8") as stream:
            json.dump(counts, stream)
        os.replace(aside, self._file)
