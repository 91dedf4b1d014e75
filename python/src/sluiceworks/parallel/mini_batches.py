"""How data is cut into mini-batches. Written once into the resume folder, so that every attempt has the same ones."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any, Iterable, Iterator

from .description import Description, JobFailed, Size


@dataclass(frozen=True)
class MiniBatch:
    """Either `files` or `rows` (a file of pickled frames, one after another); `keys` when cut by partition keys."""

    index: int
    items: int
    files: list[str]
    rows: str | None
    keys: dict[str, Any]


def load_mini_batches(description: Description) -> tuple[list[MiniBatch], str]:
    """The mini-batches and a fingerprint of them; cut now if no earlier attempt did. Raises JobFailed."""
    file = os.path.join(description.resume_folder, "mini-batches.json")
    if not os.path.exists(file):
        _cut(description, file)
    with open(file, "rb") as stream:
        text = stream.read()
    batches = [
        MiniBatch(
            index=index,
            items=given["items"],
            files=[_placed(description.data_path, name) for name in given.get("files", [])],
            rows=os.path.join(description.resume_folder, given["rows"]) if "rows" in given else None,
            keys=given.get("keys", {}),
        )
        for index, given in enumerate(json.loads(text))
    ]
    return batches, hashlib.sha256(text).hexdigest()


def _cut(description: Description, file: str) -> None:
    if description.data_type == "mltable":
        # In a process of its own: it may need pandas and much memory, and the host is to stay small.
        command = [sys.executable, os.path.join(os.path.dirname(__file__), "cut_table.py")]
        size = description.mini_batch_size
        request = json.dumps(
            {
                "path": description.data_path,
                "size": None if size is None else [size.amount, size.is_bytes],
                "keys": description.partition_keys,
                "folder": description.resume_folder,
                "target": file,
            }
        )
        try:
            ended = subprocess.run(
                command, input=request.encode(), timeout=description.limits.first_task_creation_timeout, check=False
            )
        except subprocess.TimeoutExpired:
            raise JobFailed(
                "Cutting the table into mini-batches took longer than --first_task_creation_timeout "
                f"({description.limits.first_task_creation_timeout:g} s)."
            ) from None
        if ended.returncode != 0:
            raise JobFailed("The table could not be cut into mini-batches; the reason stands above.")
        return
    files = sorted(_files_in(description.data_path))
    write_batches(file, cut_files(files, description))


def _placed(root: str, name: str) -> str:
    return root if name == "" else os.path.join(root, name)


def write_batches(file: str, batches: Iterable[dict[str, Any]]) -> None:
    """Writes what was cut, whole or not at all."""
    aside = f"{file}.part"
    with open(aside, "w", encoding="utf8") as stream:
        json.dump(list(batches), stream)
    os.replace(aside, file)


def cut_files(files: list[str], description: Description) -> list[dict[str, Any]]:
    """Cuts sorted files, given relative to the data, by partition keys, by number or by size."""
    if description.partition_keys:
        return by_keys([(keys_of_path(name, description.partition_keys), name) for name in files])
    return group_files(files, description.data_path, description.mini_batch_size or Size(1, False))


def group_files(files: list[str], root: str, size: Size) -> list[dict[str, Any]]:
    """Files one after another, so many to a mini-batch or so many bytes (one file is never cut)."""
    sizes = (os.path.getsize(_placed(root, name)) if size.is_bytes else 1 for name in files)
    return [{"items": len(part), "files": part} for part in _groups(list(zip(files, sizes)), size.amount)]


def by_keys(files: Iterable[tuple[dict[str, Any], str]]) -> list[dict[str, Any]]:
    """One mini-batch for each tuple of keys, in the order in which they first come."""
    groups: dict[tuple[Any, ...], dict[str, Any]] = {}
    for keys, name in files:
        group = groups.setdefault(tuple(keys.values()), {"items": 0, "files": [], "keys": keys})
        group["files"].append(name)
        group["items"] += 1
    return list(groups.values())


def keys_of_path(name: str, partition_keys: list[str]) -> dict[str, Any]:
    """`/{Store}/{Brand}/file`: folders from the top are the keys in order, or each is written `Store=1`."""
    folders = name.split(os.sep)[:-1]
    written = dict(folder.split("=", 1) for folder in folders if "=" in folder)
    if all(key in written for key in partition_keys):
        return {key: written[key] for key in partition_keys}
    if len(folders) < len(partition_keys):
        layout = "/".join(f"{{{key}}}" for key in partition_keys)
        raise JobFailed(f'partition_keys: the file "{name}" does not lie in folders /{layout}/.')
    return dict(zip(partition_keys, folders))


def _groups(files: list[tuple[str, int]], limit: int) -> Iterator[list[str]]:
    part: list[str] = []
    total = 0
    for name, size in files:
        if part and total + size > limit:
            yield part
            part, total = [], 0
        part.append(name)
        total += size
    if part:
        yield part


def _files_in(root: str) -> Iterator[str]:
    """Files below a folder, relative to it; the empty name for data that is one file."""
    if os.path.isfile(root):
        yield ""
        return
    for folder, _, names in os.walk(root, followlinks=True):
        for name in names:
            yield os.path.relpath(os.path.join(folder, name), root)
