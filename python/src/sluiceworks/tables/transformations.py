"""The steps of a table after its reader, each over a stream of frames, so that a table need not fit in memory."""

from __future__ import annotations

import random
from typing import Any, Callable, Tuple

from .column_types import convert
from .filter_expression import parse_filter
from .readers import Frames
from .sources import PartitionFormat

Step = Tuple[str, Any]


def apply_step(step: Step, frames: Frames) -> Frames:
    """The frames after a step of check_step's."""
    name, argument = step
    return _STEPS[name](argument, frames)


def check_step(name: str, argument: Any) -> Step:
    """A step as it is run. Raises ValueError with the step for what is not known or wrong."""
    if name not in _STEPS:
        raise ValueError(
            f'transformation "{name}" is not known; known are: read_delimited, read_parquet, read_json_lines, '
            f"{', '.join(_STEPS)}."
        )
    if name in ("take", "skip"):
        count = argument.get("count") if isinstance(argument, dict) else argument
        if not isinstance(count, int) or isinstance(count, bool) or count < 0:
            raise ValueError(f"{name} must be a whole number, but is {argument!r}.")
        return name, count
    if name == "take_random_sample":
        probability = (argument or {}).get("probability")
        if not isinstance(probability, (int, float)) or not 0 < probability <= 1:
            raise ValueError(f"take_random_sample: probability must be above 0 and at most 1, but is {probability!r}.")
    if name in ("keep_columns", "drop_columns"):
        return name, _columns(argument)
    if name == "filter":
        parse_filter(_text(name, argument))
    if name == "extract_columns_from_partition_format":
        return name, _text(name, argument.get("partition_format") if isinstance(argument, dict) else argument)
    if name == "convert_column_types":
        given = argument if isinstance(argument, list) else [argument]
        return name, [(_columns(one["columns"]), one["column_type"]) for one in given]
    return name, argument


def _text(name: str, argument: Any) -> str:
    if not isinstance(argument, str):
        raise ValueError(f"{name} must be text, but is {argument!r}.")
    return argument


def _columns(argument: Any) -> list[str]:
    if isinstance(argument, str):
        return [argument]
    return [str(name) for name in argument]


def _take(count: int, frames: Frames) -> Frames:
    for file, frame in frames:
        yield file, frame.iloc[:count]
        count -= len(frame)
        if count <= 0:
            return


def _skip(count: int, frames: Frames) -> Frames:
    for file, frame in frames:
        if count < len(frame):
            yield file, frame.iloc[count:]
        count = max(0, count - len(frame))


def _sample(argument: dict[str, Any], frames: Frames) -> Frames:
    yield from _split({"percent": argument["probability"], "seed": argument.get("seed"), "first": True}, frames)


def _split(argument: dict[str, Any], frames: Frames) -> Frames:
    """The rows of one of two parts that have no row in common; the same ones for the same seed."""
    chance = random.Random(argument["seed"])  # noqa: S311 - a sample, not a secret
    for file, frame in frames:
        mask = [(chance.random() < argument["percent"]) == argument["first"] for _ in range(len(frame))]
        yield file, frame[mask]


def _keep(names: list[str], frames: Frames) -> Frames:
    for file, frame in frames:
        kept = [name for name in frame.columns if name in names]
        if not kept:
            known = ", ".join(str(name) for name in frame.columns)
            raise ValueError(f"keep_columns: there is none of {', '.join(names)}; there are: {known}.")
        yield file, frame[kept]


def _drop(names: list[str], frames: Frames) -> Frames:
    for file, frame in frames:
        yield file, frame[[name for name in frame.columns if name not in names]]


def _filter(text: str, frames: Frames) -> Frames:
    keeps = parse_filter(text)
    for file, frame in frames:
        yield file, frame[keeps(frame)]


def _convert(conversions: list[tuple[list[str], Any]], frames: Frames) -> Frames:
    for file, frame in frames:
        changed = {
            name: convert(frame[name], _type_word(kind))
            for names, kind in conversions
            for name in names
            if name in frame.columns
        }
        yield file, frame.assign(**changed)


def _type_word(kind: Any) -> Any:
    """What DataType.to_...() made, or what a file says."""
    return getattr(kind, "column_type", kind)


def _extract(text: str, frames: Frames) -> Frames:
    partitions = PartitionFormat(text)
    for file, frame in frames:
        yield file, frame.assign(**partitions.read(file))


_STEPS: dict[str, Callable[[Any, Frames], Frames]] = {
    "extract_columns_from_partition_format": _extract,
    "convert_column_types": _convert,
    "keep_columns": _keep,
    "drop_columns": _drop,
    "filter": _filter,
    "take": _take,
    "skip": _skip,
    "take_random_sample": _sample,
    "random_split": _split,
}
