"""Python values to strict JSON: numpy and pandas types converted, NaN and infinities as null (JSON has no words)."""

from __future__ import annotations

import base64
import datetime
import decimal
import enum
import json
import math
import sys
from typing import Any


def to_json(value: Any) -> bytes:
    """UTF-8 JSON of what a model returned. Raises TypeError naming the type that JSON cannot hold."""
    try:
        return _STRICT.encode(value).encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(_plain(value), allow_nan=False).encode("ascii")  # lone surrogates survive as escapes
    except (ValueError, TypeError):
        # NaN somewhere, or a dictionary with numpy keys: the walk is slow, so it is taken only then.
        return json.dumps(_plain(value), allow_nan=False).encode("ascii")


def predictions_value(predictions: Any) -> Any:
    """The JSON shape of a pyfunc's result, as `mlflow models serve` gives it: DataFrames as records."""
    if type(predictions).__name__ == "ndarray":
        return _convert(predictions)
    pandas = sys.modules.get("pandas")
    if pandas is not None:
        if isinstance(predictions, pandas.Series):
            predictions = pandas.DataFrame(predictions)
        if isinstance(predictions, pandas.DataFrame):
            return predictions.to_dict(orient="records")
    return predictions


def _convert(value: Any) -> Any:
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        if isinstance(value, numpy.datetime64):
            return None if numpy.isnat(value) else numpy.datetime_as_string(value)
        if isinstance(value, numpy.ndarray) and value.dtype.kind == "M":
            return numpy.datetime_as_string(value).tolist()
        if isinstance(value, (numpy.ndarray, numpy.generic)):
            return value.tolist()
    return _convert_object(value)


def _convert_object(value: Any) -> Any:
    pandas = sys.modules.get("pandas")
    if pandas is not None:
        if value is pandas.NaT or value is getattr(pandas, "NA", None):
            return None
        if isinstance(value, pandas.DataFrame):
            return value.to_dict(orient="records")
        if isinstance(value, (pandas.Series, pandas.Index)):
            return value.tolist()
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return float(value)
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, (set, frozenset)):
        return list(value)
    if isinstance(value, enum.Enum):
        return value.value
    for method in ("model_dump", "to_dict"):  # pydantic models, and classes that follow the custom
        if callable(getattr(value, method, None)):
            return getattr(value, method)()
    kind = type(value)
    raise TypeError(f"a value of type {kind.__module__}.{kind.__qualname__} cannot be written as JSON")


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, dict):
        return {_key(key): _plain(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(member) for member in value]
    return _plain(_convert(value))


def _key(key: Any) -> str:
    if isinstance(key, str):
        return key
    return str(_convert(key)) if hasattr(key, "dtype") else str(key)


# Made once: `json.dumps` makes one for every call that says how.
_STRICT = json.JSONEncoder(default=_convert, allow_nan=False, ensure_ascii=False)
