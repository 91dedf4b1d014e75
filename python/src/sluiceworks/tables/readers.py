"""Reads the files of a table, one frame for each: delimited text, parquet, JSON lines."""

from __future__ import annotations

import csv
import itertools
import json
from typing import Any, Callable, Dict, Iterable, Iterator, Tuple

from .column_types import SAMPLE_ROWS, convert, guess

Options = Dict[str, Any]
#: A file's path and its rows; in order.
Frames = Iterator[Tuple[str, Any]]

_ENCODINGS = {
    "utf8": "utf-8-sig",
    "utf-8": "utf-8-sig",
    "utf8 bom": "utf-8-sig",
    "utf8bom": "utf-8-sig",
    "iso88591": "latin-1",
    "iso-8859-1": "latin-1",
    "latin1": "latin-1",
    "latin-1": "latin-1",
    "ascii": "ascii",
    "utf16": "utf-16",
    "utf-16": "utf-16",
    "windows1252": "cp1252",
    "windows-1252": "cp1252",
}
#: Larger cells than csv's own limit exist: texts, base64.
csv.field_size_limit(1 << 30)


def _encoding(options: Options) -> str:
    name = options.get("encoding") or "utf8"
    if name not in _ENCODINGS:
        raise ValueError(f'encoding "{name}" is not known; use one of: {", ".join(_ENCODINGS)}.')
    return _ENCODINGS[name]


def read_delimited(files: list[str], options: Options) -> Frames:
    """Text split at a delimiter; types are guessed from the first rows of all files together."""
    header = options.get("header") or "all_files_same_headers"
    if header not in ("no_header", "from_first_file", "all_files_different_headers", "all_files_same_headers"):
        raise ValueError(f'header "{header}" is not known.')
    infer = options.get("infer_column_types", True)
    raw = _raw_frames(files, header, options)
    if infer is False:
        return ((file, frame.apply(convert, kind="string")) for file, frame in raw)
    return _typed(raw, infer if isinstance(infer, dict) else {})


def _raw_frames(files: list[str], header: str, options: Options) -> Frames:
    import pandas

    shared: list[str] | None = None
    for file in files:
        rows = _rows(file, options)
        own: list[str] | None = None
        if header in ("all_files_same_headers", "all_files_different_headers") or (
            header == "from_first_file" and shared is None
        ):
            own = next(rows, None)
            if own is None:
                continue
        names = (own if shared is None or header == "all_files_different_headers" else shared) or []
        shared = names
        cells = (
            [[None if cell == "" else cell for cell in row] for row in rows]
            if not options.get("empty_as_string")
            else list(rows)
        )
        width = max([len(names), *map(len, cells)]) if cells else len(names)
        columns = _names(names, width)
        data = list(itertools.zip_longest(*cells)) if cells else []
        frame = pandas.DataFrame(
            {
                name: pandas.Series(data[at] if at < len(data) else [None] * len(cells), dtype=object)
                for at, name in enumerate(columns)
            }
        )
        yield file, frame


def _rows(file: str, options: Options) -> Iterator[list[str]]:
    delimiter = options.get("delimiter") or ","
    with open(file, encoding=_encoding(options), newline="") as stream:
        if len(delimiter) > 1:
            yield from (line.rstrip("\r\n").split(delimiter) for line in stream if line.strip("\r\n") != "")
            return
        lines: Iterable[str] = stream if options.get("support_multi_line") else _single_lines(stream, delimiter)
        yield from (row for row in csv.reader(lines, delimiter=delimiter) if row)


def _single_lines(lines: Iterable[str], delimiter: str) -> Iterator[str]:
    """Without support_multi_line a quote that is not closed in its line is a letter like any other."""
    for line in lines:
        if line.count('"') % 2 == 0:
            yield line
        else:
            cells = (cell.replace('"', '""') for cell in line.rstrip("\r\n").split(delimiter))
            yield delimiter.join(f'"{cell}"' for cell in cells) + "\n"


def _names(header: list[str], width: int) -> list[str]:
    """Names without a twin: a second `a` is `a_1`; what has none is Column1, Column2, by its place."""
    names: list[str] = []
    for at in range(width):
        name = header[at].strip() if at < len(header) else ""
        name = name or f"Column{at + 1}"
        count, wanted = 1, name
        while name in names:
            name, count = f"{wanted}_{count}", count + 1
        names.append(name)
    return names


def _typed(frames: Frames, options: Options) -> Frames:
    sample: list[tuple[str, Any]] = []
    count, most = 0, int(options.get("sample_size") or SAMPLE_ROWS)
    for file, frame in frames:
        sample.append((file, frame))
        count += len(frame)
        if count >= most:
            break
    kinds: dict[str, Any] = {}
    for name in dict.fromkeys(name for _, frame in sample for name in frame.columns):
        columns = (frame[name] for _, frame in sample if name in frame.columns)
        kinds[name] = guess(itertools.islice(itertools.chain.from_iterable(columns), most))
    for override in options.get("column_type_overrides") or []:
        names = override["columns"]
        for name in [names] if isinstance(names, str) else names:
            kinds[name] = override["column_type"]
    for file, frame in itertools.chain(sample, frames):
        yield file, frame.assign(**{name: convert(frame[name], kinds.get(name, "string")) for name in frame.columns})


def read_parquet(files: list[str], _: Options) -> Frames:
    """Parquet files, with the parquet reader of the environment (pyarrow)."""
    import pandas

    for file in files:
        yield file, pandas.read_parquet(file)


def read_json_lines(files: list[str], options: Options) -> Frames:
    """One JSON object a line; other lines are dropped or end the reading, as `invalid_lines` says."""
    import pandas

    invalid = options.get("invalid_lines") or "error"
    if invalid not in ("error", "drop"):
        raise ValueError(f'invalid_lines "{invalid}" is not known; use error or drop.')
    for file in files:
        records = []
        with open(file, encoding=_encoding(options)) as stream:
            for number, line in enumerate(stream, 1):
                if line.strip() == "":
                    continue
                try:
                    record = json.loads(line)
                    if not isinstance(record, dict):
                        raise ValueError("not an object")
                    records.append(record)
                except ValueError as error:
                    if invalid == "error":
                        raise ValueError(f"{file}, line {number} is no JSON object: {error}") from None
        yield file, pandas.DataFrame(records)


READERS: dict[str, Callable[[list[str], Options], Frames]] = {
    "read_delimited": read_delimited,
    "read_parquet": read_parquet,
    "read_json_lines": read_json_lines,
}
