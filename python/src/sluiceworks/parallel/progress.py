"""How far the job is: a line in the log now and then, and `progress.json` in the resume folder for who watches."""

from __future__ import annotations

import json
import os
import time

_LINE_SECONDS = 5.0
_FILE_SECONDS = 0.5


class Progress:
    """Counts of mini-batches; `done` are those that succeeded, in earlier attempts too."""

    def __init__(self, folder: str, total: int, done: int) -> None:
        self.failed = 0
        self._file = os.path.join(folder, "progress.json")
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
        now = time.monotonic()
        if now - self._written >= _FILE_SECONDS:
            self._write(now)
        if now - self._said >= _LINE_SECONDS:
            self._say(now)

    def end(self) -> None:
        self._tell(time.monotonic())

    def _tell(self, now: float) -> None:
        self._write(now)
        self._say(now)

    def _say(self, now: float) -> None:
        self._said = now
        failed = f", {self.failed} failed" if self.failed else ""
        print(f"mini-batches: {self._done} of {self._total} done{failed}")

    def _write(self, now: float) -> None:
        self._written = now
        aside = f"{self._file}.part"
        with open(aside, "w", encoding="utf8") as stream:
            json.dump({"done": self._done, "failed": self.failed, "total": self._total}, stream)
        os.replace(aside, self._file)
