"""Cuts an MLTable into mini-batches: run as a process of its own, with the request on standard input.

A table without reader is a list of files, cut like a folder. The rows of any other table are read file by file and
written as pickled frames to the resume folder, several to a mini-batch one after another, so memory holds one file.
"""

from __future__ import annotations

import json
import os
import pickle
import shutil
import sys
from typing import Any

if __name__ == "__main__":
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from sluiceworks.parallel.description import JobFailed, Size
from sluiceworks.parallel.mini_batches import by_keys, group_files, write_batches
from sluiceworks.tables.mltable import MLTable, load

_DEFAULT_SIZE = Size(1 << 20, True)


def main(request: dict[str, Any]) -> int:
    """Writes the mini-batches; returns the exit status, a reason on standard error."""
    try:
        table = load(request["path"])
        keys: list[str] = request["keys"]
        size = Size(*request["size"]) if request["size"] else None
        if table.is_tabular:
            batches = _cut_rows(table, keys, _Writer(request["folder"], size or _DEFAULT_SIZE))
        else:
            batches = _cut_files(table, request, size or Size(1, False))
        write_batches(request["target"], batches)
    except (JobFailed, ValueError, OSError, ImportError) as error:
        print(f"input_data: {error}", file=sys.stderr)
        return 1
    return 0


def _cut_files(table: MLTable, request: dict[str, Any], size: Size) -> list[dict[str, Any]]:
    root, keys = request["path"], request["keys"]
    found = [(os.path.relpath(path, root), columns) for path, columns in table.files()]
    if not keys:
        return group_files([name for name, _ in found], root, size)
    for name, columns in found:
        missing = [key for key in keys if columns.get(key) is None]
        if missing:
            raise JobFailed(
                f'partition_keys: the file "{name}" has no {", ".join(missing)}; give the table a transformation '
                "extract_columns_from_partition_format with it."
            )
    return by_keys([({key: columns[key] for key in keys}, name) for name, columns in found])


class _Writer:
    """Appends frames to the files of mini-batches."""

    def __init__(self, folder: str, size: Size) -> None:
        self.size = size
        self.batches: list[dict[str, Any]] = []
        self._folder = folder
        # Of an attempt that was killed while it cut.
        shutil.rmtree(os.path.join(folder, "rows"), ignore_errors=True)
        os.makedirs(os.path.join(folder, "rows"))

    def begin(self, keys: dict[str, Any]) -> dict[str, Any]:
        batch = {"items": 0, "rows": os.path.join("rows", str(len(self.batches))), "keys": keys}
        self.batches.append(batch)
        return batch

    def append(self, batch: dict[str, Any], frame: Any) -> None:
        batch["items"] += len(frame)
        with open(os.path.join(self._folder, batch["rows"]), "ab") as stream:
            pickle.dump(frame.reset_index(drop=True), stream, protocol=4)


def _cut_rows(table: MLTable, keys: list[str], writer: _Writer) -> list[dict[str, Any]]:
    if keys:
        _cut_by_keys(table, keys, writer)
    else:
        _cut_by_size(table, writer)
    return writer.batches


def _cut_by_keys(table: MLTable, keys: list[str], writer: _Writer) -> None:
    groups: dict[Any, dict[str, Any]] = {}
    for _, frame in table.frames():
        missing = [key for key in keys if key not in frame.columns]
        if missing:
            known = ", ".join(str(name) for name in frame.columns)
            raise JobFailed(f"partition_keys: there is no column {', '.join(missing)}; there are: {known}.")
        for values, part in frame.groupby(keys, sort=False, dropna=False):
            values = values if isinstance(values, tuple) else (values,)
            # NaN is no key of a dict: it does not equal itself.
            named = {key: None if value != value else _plain(value) for key, value in zip(keys, values)}
            found = groups.get(tuple(named.values()))
            if found is None:
                found = groups[tuple(named.values())] = writer.begin(named)
            writer.append(found, part)


def _plain(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    return value if isinstance(value, (str, int, float, bool)) else str(value)


def _cut_by_size(table: MLTable, writer: _Writer) -> None:
    size = writer.size
    batch: dict[str, Any] | None = None
    room = 0.0
    for file, frame in table.frames():
        # What a row costs in its file is near enough: the size is that of the data, not of pandas' copy.
        weight = max(1e-9, os.path.getsize(file) / max(1, len(frame))) if size.is_bytes else 1.0
        at = 0
        while at < len(frame):
            if batch is None or room < weight:
                batch, room = writer.begin({}), float(size.amount)
            count = max(1, int(room / weight))
            part = frame.iloc[at : at + count]
            writer.append(batch, part)
            at += len(part)
            room -= len(part) * weight


if __name__ == "__main__":
    sys.exit(main(json.load(sys.stdin)))
