"""The interface of Azure's `mltable` package on pandas: load or describe a table, add steps, read it as a frame."""

from __future__ import annotations

import json
import os
import shutil
from typing import Any, Iterable

from .readers import READERS, Frames
from .simple_yaml import parse_yaml
from .sources import find_files
from .transformations import Step, apply_step, check_step

_FILE = "MLTable"
#: Steps that leave every file of a table in it.
_KEEP_FILES = ("extract_columns_from_partition_format", "keep_columns", "drop_columns", "convert_column_types")


class DataType:
    """A type for convert_column_types, made by one of its functions."""

    def __init__(self, column_type: Any) -> None:
        self.column_type = column_type

    @staticmethod
    def to_string() -> DataType:
        return DataType("string")

    @staticmethod
    def to_int() -> DataType:
        return DataType("int")

    @staticmethod
    def to_float() -> DataType:
        return DataType("float")

    @staticmethod
    def to_stream() -> DataType:
        return DataType("stream_info")

    @staticmethod
    def to_bool(true_values: Any = None, false_values: Any = None, mismatch_as: str | None = None) -> DataType:
        return DataType(
            {
                "boolean": {
                    "true_values": true_values,
                    "false_values": false_values,
                    "mismatch_as": mismatch_as or "error",
                }
            }
        )

    @staticmethod
    def to_datetime(formats: Any, date_constant: str | None = None) -> DataType:
        if date_constant is not None:
            raise ValueError("to_datetime: date_constant is not supported; put the date into the text.")
        return DataType({"datetime": {"formats": formats}})


class MLTable:
    """Where data lies and how to make a table of it. Never changed: every step gives a new one."""

    def __init__(self, folder: str, paths: list[dict[str, str]], reader: Step | None, steps: tuple[Step, ...]) -> None:
        self._folder = folder
        self._paths = paths
        self._reader = reader
        self._steps = steps

    @property
    def paths(self) -> list[dict[str, str]]:
        return [dict(entry) for entry in self._paths]

    @property
    def is_tabular(self) -> bool:
        """False for a table that only lists files: it has no reader."""
        return self._reader is not None

    def to_pandas_dataframe(self) -> Any:
        """All rows; for a table without reader one row for each file, with its `Path`."""
        import pandas

        frames = [frame for _, frame in self.frames()]
        filled = [frame for frame in frames if len(frame) > 0] or frames[:1]
        if not filled:
            return pandas.DataFrame()
        return pandas.concat(filled, ignore_index=True) if len(filled) > 1 else filled[0].reset_index(drop=True)

    def frames(self) -> Frames:
        """The rows file by file, each frame with the file it is from."""
        files = find_files(self._paths, self._folder)
        if self._reader is None:
            frames = _path_frames(files)
        else:
            name, options = self._reader
            frames = READERS[name](files, options)
            if options.get("include_path_column"):
                frames = _with_path(frames, options.get("path_column") or "Path")
        for step in self._steps:
            frames = apply_step(step, frames)
        return frames

    def source_files(self) -> list[str]:
        """The files that the table is made of."""
        choose = self._reader is None and any(name not in _KEEP_FILES for name, _ in self._steps)
        return [path for path, _ in self.files()] if choose else find_files(self._paths, self._folder)

    def files(self) -> list[tuple[str, dict[str, Any]]]:
        """The files of a table without reader that its steps leave, with the columns that were made of their paths."""
        return [
            (record.pop("Path"), record) for _, frame in self.frames() for record in frame.to_dict(orient="records")
        ]

    def take(self, count: int = 20) -> MLTable:
        return self._with("take", count)

    def skip(self, count: int) -> MLTable:
        return self._with("skip", count)

    def show(self, count: int = 20) -> Any:
        return self.take(count).to_pandas_dataframe()

    def take_random_sample(self, probability: float, seed: int | None = None) -> MLTable:
        return self._with("take_random_sample", {"probability": probability, "seed": seed})

    def random_split(self, percent: float = 0.5, seed: int | None = None) -> tuple[MLTable, MLTable]:
        """Two tables of about `percent` and the rest of the rows."""
        if seed is None:
            seed = int.from_bytes(os.urandom(4), "big")
        first, second = ({"percent": percent, "seed": seed, "first": one} for one in (True, False))
        return self._with("random_split", first), self._with("random_split", second)

    def keep_columns(self, columns: Any) -> MLTable:
        return self._with("keep_columns", columns)

    def drop_columns(self, columns: Any) -> MLTable:
        return self._with("drop_columns", columns)

    def filter(self, expression: str) -> MLTable:
        return self._with("filter", expression)

    def convert_column_types(self, column_types: dict[Any, DataType]) -> MLTable:
        """Keys are a column's name or a tuple of names."""
        given = [{"columns": names, "column_type": kind.column_type} for names, kind in column_types.items()]
        return self._with("convert_column_types", given)

    def extract_columns_from_partition_format(self, partition_format: str) -> MLTable:
        return self._with("extract_columns_from_partition_format", partition_format)

    def validate(self) -> None:
        """Reads the first rows; raises what reading raises."""
        self.take(1).to_pandas_dataframe()

    def save(self, path: str | None = None, overwrite: bool = True, colocated: bool = False, **_: Any) -> MLTable:
        """Writes the description as a folder with an MLTable file, and with `colocated` the data beside it."""
        folder = os.path.abspath(path or os.getcwd())
        file = os.path.join(folder, _FILE)
        if os.path.exists(file) and not overwrite:
            raise FileExistsError(f"{file} exists; say overwrite=True to replace it.")
        os.makedirs(folder, exist_ok=True)
        paths = self._paths
        if colocated:
            paths = [{"file": f"./{_copy(source, folder)}"} for source in find_files(self._paths, self._folder)]
        else:
            paths = [{kind: _absolute(text, self._folder)} for entry in paths for kind, text in entry.items()]
        steps = ([self._reader] if self._reader else []) + list(self._steps)
        with open(file, "w", encoding="utf8") as stream:
            stream.write(_yaml(paths, steps))
        return load(folder)

    def _with(self, name: str, argument: Any) -> MLTable:
        return MLTable(self._folder, self._paths, self._reader, (*self._steps, check_step(name, argument)))

    def __repr__(self) -> str:
        return _yaml(self._paths, ([self._reader] if self._reader else []) + list(self._steps))


def load(uri: str, storage_options: Any = None, ml_client: Any = None) -> MLTable:
    """The table of a folder with an MLTable file. Raises ValueError for a file that is none, and FileNotFoundError."""
    from .sources import local_path

    folder = local_path(os.fspath(uri))
    file = folder if os.path.isfile(folder) else os.path.join(folder, _FILE)
    if not os.path.isfile(file):
        raise FileNotFoundError(f"{folder} has no file MLTable.")
    with open(file, encoding="utf-8-sig") as stream:
        content = parse_yaml(stream.read())
    try:
        return _from_content(content, os.path.dirname(os.path.abspath(file)))
    except ValueError as error:
        raise ValueError(f"{file}: {error}") from None


def _from_content(content: Any, folder: str) -> MLTable:
    if not isinstance(content, dict) or not isinstance(content.get("paths"), list):
        raise ValueError("an MLTable file needs paths, for example: paths: [{file: ./data.csv}]")
    steps = [_step_of(given) for given in content.get("transformations") or []]
    readers = [step for step in steps if step[0] in READERS]
    if len(readers) > 1:
        raise ValueError(f"a table has one reader, but here are {len(readers)}.")
    checked = tuple(check_step(*step) for step in steps if step[0] not in READERS)
    return MLTable(folder, _checked_paths(content["paths"]), readers[0] if readers else None, checked)


def _step_of(given: Any) -> Step:
    if isinstance(given, str):
        return given, {}
    if isinstance(given, dict) and len(given) == 1:
        name, argument = next(iter(given.items()))
        return str(name), {} if argument is None else argument
    raise ValueError(f"a transformation is a name with its options, but here is {given!r}.")


def _checked_paths(paths: Iterable[Any]) -> list[dict[str, str]]:
    checked = []
    for entry in paths:
        is_path = isinstance(entry, dict) and len(entry) == 1 and next(iter(entry)) in ("file", "folder", "pattern")
        if not is_path or not isinstance(next(iter(entry.values())), str):
            raise ValueError(f"paths: an entry is file, folder or pattern with a path, but here is {entry!r}.")
        checked.append({str(kind): text for kind, text in entry.items()})
    return checked


def from_paths(paths: Iterable[dict[str, str]]) -> MLTable:
    """A table of files, not read."""
    return MLTable(os.getcwd(), _checked_paths(paths), None, ())


def from_delimited_files(
    paths: Iterable[dict[str, str]],
    header: Any = "all_files_same_headers",
    delimiter: str = ",",
    support_multi_line: bool = False,
    empty_as_string: bool = False,
    encoding: Any = "utf8",
    include_path_column: bool = False,
    infer_column_types: Any = True,
) -> MLTable:
    options = {
        "header": getattr(header, "name", header),
        "delimiter": delimiter,
        "support_multi_line": support_multi_line,
        "empty_as_string": empty_as_string,
        "encoding": getattr(encoding, "name", encoding),
        "include_path_column": include_path_column,
        "infer_column_types": infer_column_types,
    }
    return MLTable(os.getcwd(), _checked_paths(paths), ("read_delimited", options), ())


def from_parquet_files(paths: Iterable[dict[str, str]], include_path_column: bool = False) -> MLTable:
    return MLTable(
        os.getcwd(), _checked_paths(paths), ("read_parquet", {"include_path_column": include_path_column}), ()
    )


def from_json_lines_files(
    paths: Iterable[dict[str, str]],
    invalid_lines: str = "error",
    encoding: Any = "utf8",
    include_path_column: bool = False,
) -> MLTable:
    options = {
        "invalid_lines": invalid_lines,
        "encoding": getattr(encoding, "name", encoding),
        "include_path_column": include_path_column,
    }
    return MLTable(os.getcwd(), _checked_paths(paths), ("read_json_lines", options), ())


def _path_frames(files: list[str]) -> Frames:
    import pandas

    for file in files:
        yield file, pandas.DataFrame({"Path": [file]})


def _with_path(frames: Frames, name: str) -> Frames:
    for file, frame in frames:
        frame.insert(0, name, file)
        yield file, frame


def _absolute(text: str, folder: str) -> str:
    from .sources import local_path

    return os.path.normpath(os.path.join(folder, local_path(text)))


def _copy(source: str, folder: str) -> str:
    name, count = os.path.basename(source), 1
    stem, extension = os.path.splitext(name)
    while os.path.exists(os.path.join(folder, name)):
        name, count = f"{stem}_{count}{extension}", count + 1
    shutil.copyfile(source, os.path.join(folder, name))
    return name


def _yaml(paths: list[dict[str, str]], steps: list[Step]) -> str:
    """Every value as JSON, which is YAML too."""
    lines = ["type: mltable", "paths:"]
    lines += [f"  - {kind}: {json.dumps(text)}" for entry in paths for kind, text in entry.items()]
    if steps:
        lines.append("transformations:")
    lines += [f"  - {name}: {json.dumps(_written(name, argument))}" for name, argument in steps]
    return "\n".join(lines) + "\n"


def _written(name: str, argument: Any) -> Any:
    if name == "convert_column_types":
        return [{"columns": names, "column_type": kind} for names, kind in argument]
    if name == "extract_columns_from_partition_format":
        return {"partition_format": argument}
    return argument
