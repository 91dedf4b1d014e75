"""Which column and which row of an input do not fit a signature, in words: mlflow names the column at best."""

from __future__ import annotations

from typing import Any, Mapping

_NUMBERS = ("integer", "long", "float", "double")


def explain(reason: str, data: Any, schema: Any) -> str:
    """`reason` with the place of the first value that is of another type, and with what the model expects."""
    place = _first_misfit(data, _types_of(schema))
    expected = _expectation(schema)
    parts = [place, _sentence(reason), f"The model expects: {expected}." if expected else ""]
    return " ".join(part for part in parts if part)


def explain_csv(reason: str, cells: Any, schema: Any) -> str:
    """The same for a CSV table of text."""
    import pandas

    for name, kind in _types_of(schema).items():
        if kind in _NUMBERS and name in cells:
            is_wrong = pandas.to_numeric(cells[name], errors="coerce").isna() & cells[name].notna()
            if is_wrong.any():
                row = int(is_wrong.to_numpy().argmax())
                place = f"Column {name}, row {row}: {_shown(cells[name].iloc[row])} is not a {kind}."
                return f"{place} {explain(reason, None, schema)}"
    return explain(reason, None, schema)


def _sentence(text: str) -> str:
    for lead in ("Invalid input. ", "Data is not compatible with model signature. "):
        text = text.replace(lead, "", 1)
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _types_of(schema: Any) -> Mapping[Any, str]:
    """Column, by name or number, to MLflow's name of its type; none for tensors."""
    if schema is None or schema.is_tensor_spec():
        return {}
    names = schema.input_names() if schema.has_input_names() else range(len(schema.inputs))
    return {name: getattr(kind, "name", "") for name, kind in zip(names, schema.input_types())}


def _expectation(schema: Any) -> str:
    if schema is None:
        return ""
    if schema.is_tensor_spec():
        return ", ".join(f"{one.name or 'an array'} ({one.type}, shape {tuple(one.shape)})" for one in schema.inputs)
    return ", ".join(
        f"{one.name or f'column {at}'} ({getattr(one.type, 'name', None) or one.type}"
        f"{'' if getattr(one, 'required', True) else ', optional'})"
        for at, one in enumerate(schema.inputs)
    )


def _first_misfit(data: Any, types: Mapping[Any, str]) -> str:
    for name, kind in types.items():
        values = _column(data, name)
        for row, value in enumerate(values):
            if _is_misfit(value, kind):
                return f"Column {name}, row {row}: {_shown(value)} is not a {kind}."
    return ""


def _column(data: Any, name: Any) -> Any:
    try:
        if isinstance(data, list):
            return [record.get(name) for record in data if isinstance(record, dict)]
        values = data[name]
        return values.tolist() if hasattr(values, "tolist") else values if isinstance(values, list) else [values]
    except Exception:
        return []


def _is_misfit(value: Any, kind: str) -> bool:
    if value is None or kind == "":
        return False
    if kind in _NUMBERS:
        if isinstance(value, float) and value != value:
            return kind in ("integer", "long")
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            return True
        return kind in ("integer", "long") and value != int(value)
    if kind == "boolean":
        return not isinstance(value, bool)
    if kind == "datetime":
        return _is_no_time(value)
    return kind in ("string", "binary") and not isinstance(value, (str, bytes, bytearray))


def _is_no_time(value: Any) -> bool:
    import pandas

    try:
        pandas.to_datetime(value)
    except Exception:
        return True
    return isinstance(value, bool)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
