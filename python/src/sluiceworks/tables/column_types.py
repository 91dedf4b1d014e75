"""Types of columns that were read as text: guessed as Azure's mltable 1.7 guesses them, or as the table says."""

from __future__ import annotations

import re
from typing import Any, Iterable

#: So many rows decide; a later value of another type becomes a missing one.
SAMPLE_ROWS = 200

_BOOLEANS = {"true": True, "false": False, "t": True, "f": False, "1": True, "0": False}
_INTEGER = re.compile(r"\s*[+-]?\d{1,18}\s*")
_FLOAT = re.compile(r"\s*[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|nan|inf|infinity)\s*", re.IGNORECASE)
_TIME = r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:Z|[+-]\d{2}:?\d{2})?)?"
_DATE = re.compile(
    rf"\s*(?:\d{{4}}-\d{{1,2}}-\d{{1,2}}|\d{{4}}/\d{{1,2}}/\d{{1,2}}|\d{{1,2}}/\d{{1,2}}/\d{{4}}){_TIME}\s*"
)


def guess(values: Iterable[Any]) -> str:
    """`boolean`, `int`, `float`, `datetime` or `string`, from what is not missing; 0 and 1 alone are booleans."""
    texts = [value for value in values if isinstance(value, str) and value != ""]
    if not texts:
        return "string"
    if all(text.lower() in _BOOLEANS for text in texts):
        return "boolean"
    for kind, pattern in (("int", _INTEGER), ("float", _FLOAT), ("datetime", _DATE)):
        if all(pattern.fullmatch(text) for text in texts):
            return kind
    return "string"


def convert(column: Any, kind: Any) -> Any:
    """A column as the type, which is a word or MLTable's `{boolean: {...}}`, `{datetime: {...}}`.

    What does not fit becomes a missing value; for booleans as `mismatch_as` says. Raises ValueError for a wrong type.
    """
    word = kind if isinstance(kind, str) else next(iter(kind))
    given: dict[str, Any] = {} if isinstance(kind, str) else (kind[word] or {})
    if word == "boolean":
        return _to_boolean(column, given)
    if word in ("int", "float"):
        return _to_number(column, word)
    if word == "datetime":
        return _to_datetime(column, given)
    if word in ("string", "stream_info"):
        return column.map(_text, na_action="ignore").astype(object).infer_objects()
    raise ValueError(f'"{word}" is no column type: use string, int, float, boolean or datetime.')


def _to_boolean(column: Any, given: dict[str, Any]) -> Any:
    words: dict[Any, bool] = dict(_BOOLEANS)
    if given.get("true_values") or given.get("false_values"):
        words = dict.fromkeys(_list(given.get("true_values")), True)
        words.update(dict.fromkeys(_list(given.get("false_values")), False))
    mismatch = given.get("mismatch_as")

    def read(value: Any) -> Any:
        if isinstance(value, bool):
            return value
        text = _text(value)
        if text in words or text.lower() in words:
            return words.get(text, words.get(text.lower()))
        if str(mismatch).lower() in ("true", "false"):
            return str(mismatch).lower() == "true"
        if mismatch == "error":
            raise ValueError(f'"{value}" in column "{column.name}" is neither a true nor a false value.')
        return None

    result = column.astype(object).map(read, na_action="ignore")
    return result.astype(bool) if result.notna().all() else result.where(result.notna(), None)


def _to_number(column: Any, word: str) -> Any:
    import pandas

    if column.dtype.kind == "M":
        column = pandas.Series([None] * len(column), index=column.index, dtype=object)
    numbers = pandas.to_numeric(column, errors="coerce")
    if word == "float":
        return numbers.astype("float64")
    if numbers.isna().all() and len(numbers) > 0:
        return numbers
    whole = numbers if numbers.dtype.kind in "iub" else numbers.where(numbers.abs() != float("inf")).round(12) // 1
    return whole.astype("int64") if whole.notna().all() else whole


def _to_datetime(column: Any, given: dict[str, Any]) -> Any:
    import pandas

    result = None
    for form in _list(given.get("formats")) or [None]:
        options: dict[str, Any] = {"errors": "coerce", "utc": True}
        if form is not None:
            options["format"] = form
        elif int(pandas.__version__.split(".")[0]) >= 2:
            options["format"] = "mixed"
        read = pandas.to_datetime(column, **options)
        result = read if result is None else result.fillna(read)
    return result.dt.tz_localize(None).astype("datetime64[ns]")  # type: ignore[union-attr]


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _list(value: Any) -> list[Any]:
    return [] if value is None else list(value) if isinstance(value, (list, tuple, set)) else [value]
