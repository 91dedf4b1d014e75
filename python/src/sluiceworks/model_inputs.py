"""Bodies of /invocations and /score to what a pyfunc takes.

Forms: MLflow's dataframe_split, dataframe_records, instances, inputs and CSV, and Azure ML's `input_data`. Where mlflow
is in the environment its own parsers do the casting, so that a model sees exactly what `mlflow models serve` gives it.
"""

from __future__ import annotations

import io
import json
from typing import Any, NamedTuple, Sequence

from .scoring_types import MediaTypeRejected, ModelInput, RequestRejected, ScoringRequest, reject_media_type
from .signature_mistakes import explain, explain_csv
from .table_schema import TableSchema

_FORMS = ("input_data", "dataframe_split", "dataframe_records", "instances", "inputs")
_JSON_TYPES = ("application/json", "text/json", "")
_PARQUET = "application/vnd.apache.parquet"
# Bodies of models that talk (mlflow's "unified LLM input"): the model gets the whole object.
_CHAT = frozenset(("messages", "prompt", "input"))


class InputSchema(NamedTuple):
    """mlflow's input schema, or None, and its columns if it is a table."""

    schema: Any
    table: TableSchema | None
    # The signature was made from type hints: the model converts `inputs` itself.
    is_typed: bool = False
    # What the signature says of `params`.
    parameters: Sequence[str] = ()


def parse_model_input(request: ScoringRequest, declared: InputSchema) -> ModelInput:
    """Raises RequestRejected with the reason."""
    kind = request.content_type
    if kind == "text/csv":
        return ModelInput("csv", _from_csv(_text(request.body), declared.schema))
    if kind == _PARQUET:
        return ModelInput("parquet", _from_parquet(request.body))
    if kind not in _JSON_TYPES and not kind.endswith("+json"):
        raise reject_media_type(kind, ["application/json", "text/csv", _PARQUET])
    body = _json_object(request.body)
    if not _CHAT.isdisjoint(body):
        params = {name: body.pop(name) for name in declared.parameters if name in body}
        return ModelInput("chat", body, params)
    found = [form for form in _FORMS if form in body]
    if len(found) != 1:
        got = ", ".join(map(repr, list(body)[:10])) or "none"
        raise RequestRejected(f"The body must have exactly one of the fields {', '.join(_FORMS)}; it has: {got}.")
    form = found[0]
    # Whether they fit is mlflow's to say.
    return ModelInput(form, _parse_form(form, body[form], declared), body.get("params"))


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RequestRejected(f"The body is not UTF-8: {error.reason} at byte {error.start}.") from None


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        # Windows writes a mark before the text of a file; pandas passes over it in CSV by itself.
        value = json.loads(_text(body).removeprefix("\ufeff"))
    except RecursionError:
        raise RequestRejected("The body is not valid JSON: it is nested too deeply.") from None
    except ValueError as error:
        raise RequestRejected(f"The body is not valid JSON: {error}") from None
    if isinstance(value, dict):
        return value
    raise RequestRejected(
        f"The body must be a JSON object with one of the fields {', '.join(_FORMS)}; it is {_name_of(value)}."
    )


def _name_of(value: Any) -> str:
    names = {list: "an array", dict: "an object", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")


def _parse_form(form: str, value: Any, declared: InputSchema) -> Any:
    if declared.is_typed:
        if form in ("inputs", "input_data"):
            return value
        raise RequestRejected(f'The model takes its input under "inputs", by its type hint; the body has "{form}".')
    if form == "dataframe_split":
        return _from_split(form, value, declared)
    if form == "dataframe_records":
        return _cast(_from_records(form, value), declared)
    if form == "input_data":
        return _from_input_data(value, declared)
    return _from_tensor_form(form, value, declared.schema)


def _from_input_data(value: Any, declared: InputSchema) -> Any:
    """Azure ML's form: {columns, index, data}, an array of rows or tensors, or an object of arrays by input name."""
    schema = declared.schema
    if isinstance(value, dict) and "data" in value:
        return _from_split("input_data", value, declared)
    if schema is not None and schema.is_tensor_spec():
        return _from_tensor_form("inputs", value, schema)
    if isinstance(value, dict):
        return _cast(_frame("input_data", value), declared)
    if isinstance(value, list):
        if value and isinstance(value[0], dict):
            return _cast(_from_records("input_data", value), declared)
        return _cast(_frame("input_data", _with_names(value, schema)), declared)
    raise RequestRejected(f'"input_data" must be an object or an array, not {_name_of(value)}.')


def _with_names(rows: list[Any], schema: Any) -> Any:
    import pandas

    if schema is None or not schema.has_input_names():
        return rows
    names = schema.input_names()
    if all(isinstance(row, list) and len(row) == len(names) for row in rows):
        return pandas.DataFrame(rows, columns=names)
    if len(names) == 1:
        return {names[0]: rows}
    raise RequestRejected(f'Each row of "input_data" must have {len(names)} values: {", ".join(names)}.')


def _from_split(form: str, value: Any, declared: InputSchema) -> Any:
    import pandas

    if not isinstance(value, dict):
        raise RequestRejected(f'"{form}" must be an object with "columns" and "data", not {_name_of(value)}.')
    extra = sorted(set(value) - {"columns", "index", "data"})
    if "data" not in value or extra:
        got = ", ".join(sorted(value)) or "nothing"
        raise RequestRejected(f'"{form}" must have "data", and may have "columns" and "index"; it has: {got}.')
    if declared.table is not None and value.get("index") is None:
        rows = declared.table.quick_rows(value.get("columns"), value["data"])
        if rows is not None:
            return rows if not declared.parameters else rows.frame()
    try:
        frame = pandas.DataFrame(value["data"], index=value.get("index"), columns=value.get("columns"))
    except Exception as error:
        raise RequestRejected(f'"{form}" is not a table: {error}') from None
    return _cast(frame, declared)


def _from_records(form: str, value: Any) -> Any:
    # Rows without names are taken as mlflow takes them; a signature says whether they fit.
    if not isinstance(value, list):
        raise RequestRejected(f'"{form}" must be an array of objects, one per row, not {_name_of(value)}.')
    return _frame(form, value)


def _frame(form: str, value: Any) -> Any:
    import pandas

    try:
        return pandas.DataFrame(value)
    except Exception as error:
        raise RequestRejected(f'"{form}" is not a table: {error}') from None


def _from_csv(text: str, schema: Any) -> Any:
    import pandas

    try:
        if schema is None:
            return pandas.read_csv(io.StringIO(text))
        # Unnamed inputs are named by their position, which pandas takes as well.
        types = dict(zip(schema.input_names(), schema.pandas_types()))
        return pandas.read_csv(io.StringIO(text), dtype=types)
    except Exception as error:
        raise RequestRejected(_csv_mistake(text, schema, error)) from None


def _csv_mistake(text: str, schema: Any, error: Exception) -> str:
    import pandas

    reason = f"The body is not a CSV table that the model can read: {error}"
    try:
        cells = pandas.read_csv(io.StringIO(text), dtype=str)
    except Exception:
        return reason
    return explain_csv(reason, cells, schema)


def _from_parquet(body: bytes) -> Any:
    import pandas

    try:
        return pandas.read_parquet(io.BytesIO(body))
    except ImportError:
        refusal = reject_media_type(_PARQUET, ["application/json", "text/csv"])
        raise MediaTypeRejected(f"{refusal} With pyarrow in its environment it reads Parquet.") from None
    except Exception as error:
        raise RequestRejected(f"The body is not a Parquet table: {error}") from None


def _from_tensor_form(form: str, value: Any, schema: Any) -> Any:
    try:
        from mlflow.utils.proto_json_utils import parse_tf_serving_input
    except ImportError:
        return _frame(form, value)
    try:
        return parse_tf_serving_input({form: value}, schema=schema)
    except Exception as error:
        raise RequestRejected(
            explain(f'"{form}" does not match the model\'s signature: {error}', value, schema)
        ) from None


def cast_table(frame: Any, declared: InputSchema, names: list[Any]) -> Any:
    """Reads times that came as text in the columns `names`."""
    schema = declared.schema
    types = dict(zip(schema.input_names() if schema.has_input_names() else frame.columns, schema.input_types()))
    for name in names:
        if getattr(types.get(name), "name", None) != "datetime":
            continue
        try:
            frame[name] = _times(frame[name])
        except Exception as error:
            reason = f'The tensor "{name}" is no datetime: {str(error).splitlines()[0]}'
            raise RequestRejected(explain(reason, frame, schema)) from None
    return frame


def _times(column: Any) -> Any:
    import pandas

    try:
        return pandas.to_datetime(column)
    except ValueError as error:
        # All must be written as the first is, and Python writes no fraction of a second that is 0.
        try:
            return pandas.to_datetime(column, format="ISO8601")
        except ValueError:
            raise error from None


def _cast(frame: Any, declared: InputSchema) -> Any:
    """Casts as `mlflow models serve` does, where there is something to cast."""
    if declared.schema is None or (declared.table is not None and declared.table.has_declared_types(frame)):
        return frame
    from mlflow.utils.proto_json_utils import cast_df_types_according_to_schema

    given = frame.copy(deep=False)  # Casting replaces its columns; the message is about what was sent.
    try:
        return cast_df_types_according_to_schema(frame, declared.schema)
    except Exception as error:
        reason = f"The input does not match the model's signature: {error}"
        raise RequestRejected(explain(reason, given, declared.schema)) from None
