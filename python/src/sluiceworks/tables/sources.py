"""Which files a table is made of, and what their paths say."""

from __future__ import annotations

import datetime
import glob
import os
import re
from typing import Any, Callable
from urllib.parse import unquote, urlparse


def find_files(paths: list[dict[str, str]], folder: str) -> list[str]:
    """The files of `file:`, `folder:` and `pattern:` entries, in their order, those of one entry sorted by name.

    Raises FileNotFoundError for an entry that is not there and ValueError for one that is not on this machine.
    """
    files: list[str] = []
    for entry in paths:
        kind, text = next(iter(entry.items()))
        place = os.path.normpath(os.path.join(folder, local_path(text)))
        if kind == "pattern":
            found = sorted(name for name in glob.glob(place, recursive=True) if os.path.isfile(name))
            if not found:
                raise FileNotFoundError(f"The pattern {text} matches no file.")
        elif kind == "folder":
            found = sorted(_files_below(place))
            if not os.path.isdir(place):
                raise FileNotFoundError(f"The folder {text} does not exist ({place}).")
        else:
            found = [place]
            if not os.path.isfile(place):
                raise FileNotFoundError(f"The file {text} does not exist ({place}).")
        files += found
    return files


def local_path(text: str) -> str:
    """A path of this machine from a path or file: URI. Raises ValueError for any other scheme."""
    if re.match(r"[A-Za-z][\w+.-]+:", text) is None:
        return text
    uri = urlparse(text)
    if uri.scheme == "file":
        return unquote(uri.path)
    raise ValueError(
        f"{text} is not on this machine. Give the data to the step as an input, named relative to its MLTable file."
    )


def _files_below(folder: str) -> list[str]:
    return [
        os.path.join(place, name)
        for place, _, names in os.walk(folder, followlinks=True)
        for name in names
        if name != "MLTable"
    ]


class PartitionFormat:
    """`/{Store}/{Brand}/*.csv` or `/{day:yyyy/MM/dd}/data.csv`: columns from the end of a file's path."""

    def __init__(self, text: str) -> None:
        pattern = ""
        self._readers: list[tuple[str, Callable[[str], Any]]] = []
        for part in re.split(r"(\{[^{}]*\}|\*)", text):
            if part == "*":
                pattern += "[^/]*"
            elif part.startswith("{") and part != "{*}":
                name, _, form = part[1:-1].partition(":")
                self._readers.append((name, _reader(form)))
                pattern += f"({_date_pattern(form)})" if _is_date(form) else "([^/]+)"
            else:
                pattern += "[^/]*" if part == "{*}" else re.escape(part)
        start = "" if text.startswith(("/", ".")) else "(?:^|/)"
        self._pattern = re.compile(start + pattern.replace(r"\./", "/", 1) + "$")
        self.columns = [name for name, _ in self._readers]

    def read(self, path: str) -> dict[str, Any]:
        """The columns of one path; None for each if the path is of another form."""
        match = self._pattern.search(path)
        if match is None:
            return dict.fromkeys(self.columns)
        return {name: read(text) for (name, read), text in zip(self._readers, match.groups())}


_DATE_PARTS = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}


def _is_date(form: str) -> bool:
    return any(part in form for part in _DATE_PARTS)


def _date_pattern(form: str) -> str:
    return re.sub("yyyy|MM|dd|HH|mm|ss", lambda part: rf"\d{{{len(part.group())}}}", form)


def _reader(form: str) -> Callable[[str], Any]:
    if _is_date(form):
        python = re.sub("yyyy|MM|dd|HH|mm|ss", lambda part: _DATE_PARTS[part.group()], form)
        return lambda text: datetime.datetime.strptime(text, python)
    return {"int": int, "float": float}.get(form, str)
