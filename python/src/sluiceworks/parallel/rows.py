"""What run() gave back: how many items that is, and the lines it adds to the append_row_to file."""

from __future__ import annotations

import csv
import io
from typing import Any


class WrongResult(Exception):
    """run() returned something that has no count."""


def count_of(result: Any) -> int:
    """The number of items that succeeded. Raises WrongResult for what is neither list nor table."""
    if result is None or isinstance(result, (str, bytes, dict)) or not hasattr(result, "__len__"):
        kind = type(result).__name__
        raise WrongResult(f"run() must return a list, a tuple, an array or a DataFrame, but returned {kind}.")
    return len(result)


def text_of(result: Any, separator: str) -> bytes:
    """One line for each item, without header; the columns of a table are separated as asked."""
    if hasattr(result, "to_csv") and hasattr(result, "columns"):
        text: str = result.to_csv(None, header=False, index=False, sep=separator)
        return text.encode()
    if hasattr(result, "tolist"):
        result = result.tolist()
    return "".join(f"{_line(item, separator)}\n" for item in result).encode()


def _line(item: Any, separator: str) -> str:
    """Lists and tuples are columns; everything else is its own text, on one line."""
    if hasattr(item, "tolist"):
        item = item.tolist()
    if isinstance(item, (list, tuple)):
        line = io.StringIO()
        csv.writer(line, delimiter=separator, lineterminator="").writerow(item)
        return line.getvalue()
    return str(item)
