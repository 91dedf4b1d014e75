"""What became of each mini-batch, kept beyond the attempt: `results` in the resume folder.

Records follow one another: a JSON line, then as many bytes of rows as it says. Only the host writes, only at the end.
A record is in the file before its mini-batch counts as done, so a killed host loses none; it is synced at most once a
second, so a power cut costs the mini-batches of a second, which are then done again. A torn record at the end (the host
died while writing) is cut off.

Failed mini-batches are for the thresholds of this attempt only: the next attempt tries them again.
"""

from __future__ import annotations

import json
import os
import time
import zlib
from dataclasses import dataclass
from typing import Any, BinaryIO

_SYNC_SECONDS = 1.0


@dataclass(frozen=True)
class Record:
    """How a mini-batch ended; `returned` of its `items` came back."""

    index: int
    succeeded: bool
    items: int
    returned: int
    offset: int
    length: int


class Journal:
    """The results of one job's mini-batches, those of earlier attempts included."""

    def __init__(self, folder: str, fingerprint: str) -> None:
        """`fingerprint` names the mini-batches: results of others are not ours and are discarded."""
        self.records: dict[int, Record] = {}
        self._path = os.path.join(folder, "results")
        self._synced = time.monotonic()
        self._file = open(self._path, "a+b")  # noqa: SIM115 - closed by close()
        self._size = self._read(fingerprint)
        self._file.truncate(self._size)
        if self._size == 0:
            line = json.dumps({"fingerprint": fingerprint}).encode() + b"\n"
            self._file.write(line)
            self._size = len(line)
        self._file.flush()

    def add(self, index: int, succeeded: bool, counts: tuple[int, int], rows: bytes) -> Record:
        """Stores how a mini-batch ended, with the rows it gave; in the file when it returns."""
        items, returned = counts
        line = json.dumps(
            {
                "index": index,
                "succeeded": succeeded,
                "items": items,
                "returned": returned,
                "length": len(rows),
                "crc": zlib.crc32(rows),
            }
        ).encode()
        self._file.write(line + b"\n" + rows)
        self._file.flush()
        offset = self._size + len(line) + 1
        self._size = offset + len(rows)
        record = Record(index, succeeded, items, returned, offset, len(rows))
        self.records[index] = record
        return record

    def sync_now_and_then(self) -> None:
        """Puts on disk what was added, at most once a second."""
        if time.monotonic() - self._synced > _SYNC_SECONDS:
            self.sync()

    def sync(self) -> None:
        """Puts on disk what was added."""
        os.fsync(self._file.fileno())
        self._synced = time.monotonic()

    def write_rows(self, target: str) -> None:
        """Writes the rows of all mini-batches in their order to one file, which appears whole or not at all."""
        aside = f"{target}.part"
        with open(self._path, "rb") as source, open(aside, "wb") as output:
            for index in sorted(self.records):
                record = self.records[index]
                source.seek(record.offset)
                _copy(source, output, record.length)
        os.replace(aside, target)

    def close(self) -> None:
        self.sync()
        self._file.close()

    def remove(self) -> None:
        """Forgets everything."""
        os.remove(self._path)

    def _read(self, fingerprint: str) -> int:
        """Reads the records that are whole; returns where they end."""
        self._file.seek(0)
        first = _json_line(self._file)
        if first is None or first.get("fingerprint") != fingerprint:
            return 0
        end = self._file.tell()
        while True:
            line = _json_line(self._file)
            if line is None:
                return end
            offset = self._file.tell()
            rows = self._file.read(line["length"])
            if len(rows) < line["length"] or zlib.crc32(rows) != line["crc"]:
                return end
            end = self._file.tell()
            index = line["index"]
            self.records.pop(index, None)
            if line["succeeded"]:
                self.records[index] = Record(index, True, line["items"], line["returned"], offset, line["length"])


def _json_line(file: BinaryIO) -> dict[str, Any] | None:
    text = file.readline()
    if not text.endswith(b"\n"):
        return None
    try:
        value: dict[str, Any] = json.loads(text)
    except ValueError:
        return None
    return value


def _copy(source: BinaryIO, output: BinaryIO, length: int) -> None:
    while length > 0:
        chunk = source.read(min(length, 1 << 20))
        if not chunk:
            return
        output.write(chunk)
        length -= len(chunk)
