"""Several requests answered together: their rows are one input of the model, and the result is cut apart again.

  decode each alone -> put together what can be -> predict once -> cut -> encode each alone

A request that cannot be decoded is refused alone, before its rows meet those of others. Where the model refuses the
rows of several requests, each of them is predicted alone, so the one that is at fault fails alone; where it gives back
something else than one result per row, it is not asked that way again. No predict gets more than `max_rows` rows, but
for a single request that brings more.
"""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Iterator
from typing import Any, NamedTuple

from .double_rows import DoubleRows
from .frames import Header
from .scoring_types import LoadedModel, ModelInput, RequestRejected, ScoringAnswer, ScoringRequest

_EMPTY = ScoringAnswer("", b"")


class Answered(NamedTuple):
    """The answer to one request, as it goes into a frame."""

    header: Header
    body: bytes


class Together(NamedTuple):
    """The answers that are ready at the same time, and how many rows each predict behind them had."""

    answers: list[Answered]
    rows: list[int]


class _Decoded(NamedTuple):
    request_id: int
    given: ModelInput


class RequestBatches:
    """Answers for a model; with `max_rows` 0 every request is predicted alone."""

    def __init__(self, model: LoadedModel, max_rows: int) -> None:
        self._model = model
        self.max_rows = max_rows

    def answer(self, requests: list[tuple[int, ScoringRequest]]) -> Iterator[Together]:
        """Every request's answer, once, as soon as it is there. Never raises for what a request or the model does."""
        refused: list[Answered] = []
        decoded: list[_Decoded] = []
        for request_id, request in requests:
            started = time.perf_counter()
            try:
                decoded.append(_Decoded(request_id, self._model.decode(request)))
            except (Exception, SystemExit) as error:
                refused.append(_refused(request_id, error, started))
        if refused:
            yield Together(refused, [])
        for group in self._groups(decoded):
            yield self._answer_group(group)

    def _groups(self, decoded: list[_Decoded]) -> Iterator[list[_Decoded]]:
        if self.max_rows == 0 or len(decoded) < 2:
            for each in decoded:
                yield [each]
            return
        open_groups: dict[Any, tuple[list[_Decoded], int]] = {}
        for each in decoded:
            kind = _kind_of(each.given)
            rows = each.given.rows or 0
            if kind is None or rows == 0:
                yield [each]
                continue
            group, held = open_groups.get(kind, ([], 0))
            if group and held + rows > self.max_rows:
                yield group
                group, held = [], 0
            group.append(each)
            open_groups[kind] = (group, held + rows)
        for group, _ in open_groups.values():
            yield group

    def _answer_group(self, group: list[_Decoded]) -> Together:
        if len(group) == 1:
            return self._answer_each(group)
        started = time.perf_counter()
        sizes = [each.given.rows or 0 for each in group]
        try:
            results = _cut(self._model.predict(_joined([each.given for each in group])), sizes)
            trouble = "it gives something else than one result per row"
        except (Exception, SystemExit) as error:
            results, trouble = None, f"{type(error).__name__}: {error}"
        if results is None:
            alone = self._answer_each(group)
            if all(answered.header["outcome"] == "answered" for answered in alone.answers):
                # Nobody is at fault but the joining.
                self.max_rows = 0
                print(f"Requests are predicted one by one from now on: {trouble}", file=sys.stderr)
            return alone
        answers = [self._encoded(each, result, started) for each, result in zip(group, results)]
        return Together(answers, [sum(sizes)])

    def _answer_each(self, group: list[_Decoded]) -> Together:
        answers = []
        for each in group:
            started = time.perf_counter()
            try:
                result = self._model.predict(each.given)
            except (Exception, SystemExit) as error:
                answers.append(_refused(each.request_id, error, started))
            else:
                answers.append(self._encoded(each, result, started))
        return Together(answers, [each.given.rows or 1 for each in group])

    def _encoded(self, each: _Decoded, result: Any, started: float) -> Answered:
        try:
            encoded = self._model.encode(each.given, result)
        except (Exception, SystemExit) as error:
            return _refused(each.request_id, error, started)
        header = {"id": each.request_id, "outcome": "answered", "contentType": encoded.content_type}
        if encoded.details:
            header["details"] = encoded.details
        return _timed(header, encoded.body, started)


def rows_together(model: LoadedModel, batching: dict[str, Any]) -> int:
    """How many rows may be predicted together; 0: every request alone."""
    if model.is_row_by_row is None:
        return 0
    # Not said: where the model's library is known to predict row by row.
    is_enabled = batching.get("enabled", model.is_row_by_row)
    return int(batching.get("maxRows", 256)) if is_enabled else 0


def _refused(request_id: int, error: BaseException, started: float) -> Answered:
    header: Header = {"id": request_id}
    if isinstance(error, RequestRejected):
        header.update(outcome="rejected", code=error.code, message=str(error))
    else:
        traceback.print_exception(type(error), error, error.__traceback__)
        header.update(outcome="failed", message=f"{type(error).__name__}: {error}")
    return _timed(header, b"", started)


def _timed(header: Header, body: bytes, started: float) -> Answered:
    header["executionMs"] = round((time.perf_counter() - started) * 1000, 3)
    return Answered(header, body)


def _kind_of(given: ModelInput) -> Any:
    """Equal for inputs whose rows can be put together; None for those that stay alone."""
    if given.rows is None or given.params is not None or not given.is_checked:
        return None
    data = given.data
    if isinstance(data, DoubleRows):
        return DoubleRows
    if hasattr(data, "iloc"):
        # An index that the client gave is the client's own.
        is_numbered = type(data.index).__name__ == "RangeIndex"
        return (tuple(data.columns), tuple(data.dtypes)) if is_numbered and hasattr(data, "columns") else None
    if hasattr(data, "dtype") and hasattr(data, "shape"):
        return (str(data.dtype), data.shape[1:])
    return None


def _joined(inputs: list[ModelInput]) -> ModelInput:
    first = inputs[0]
    rows = sum(each.rows or 0 for each in inputs)
    data: Any
    if isinstance(first.data, DoubleRows):
        data = first.data.joined([each.data for each in inputs[1:]])
    elif hasattr(first.data, "iloc"):
        import pandas

        data = pandas.concat([each.data for each in inputs], ignore_index=True)
    else:
        import numpy

        data = numpy.concatenate([each.data for each in inputs])
    return first._replace(data=data, rows=rows)


def _cut(result: Any, sizes: list[int]) -> list[Any] | None:
    """The result of each request; None when it is not one result per row."""
    if isinstance(result, dict):
        parts = {name: _cut(member, sizes) for name, member in result.items()}
        if not parts or any(part is None for part in parts.values()):
            return None
        return [{name: part[at] for name, part in parts.items() if part is not None} for at in range(len(sizes))]
    if hasattr(result, "iloc"):
        return _slices(result.iloc, sizes, len(result), lambda part: part.reset_index(drop=True))
    is_array = hasattr(result, "shape") and len(result.shape) > 0
    return _slices(result, sizes, len(result)) if is_array or isinstance(result, list) else None


def _slices(whole: Any, sizes: list[int], length: int, finish: Any = None) -> list[Any] | None:
    if length != sum(sizes):
        return None
    parts, at = [], 0
    for size in sizes:
        part = whole[at : at + size]
        parts.append(part if finish is None else finish(part))
        at += size
    return parts
