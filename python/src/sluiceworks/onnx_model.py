"""A plain ONNX file, run by onnxruntime on the processor.

Bodies are those of MLflow models (inputs, instances, dataframe_split, dataframe_records, CSV) and Azure's `input_data`,
and tensors of the Open Inference Protocol: everything ends as one array for each input of the graph.
"""

from __future__ import annotations

import io
import json
from typing import Any, NamedTuple

from .json_output import to_json
from .scoring_types import LoadFailed, ModelInput, RequestRejected, ScoringAnswer, ScoringRequest, reject_media_type
from .tensors import plain_values, read_tensors, tensor_answer

_FORMS = ("input_data", "dataframe_split", "dataframe_records", "instances", "inputs")
# onnxruntime's names of element types: what numpy and the protocol call them.
_TYPES = {
    "float": ("float32", "FP32"),
    "double": ("float64", "FP64"),
    "float16": ("float16", "FP16"),
    "bool": ("bool", "BOOL"),
    "string": ("object", "BYTES"),
    **{f"int{bits}": (f"int{bits}", f"INT{bits}") for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": (f"uint{bits}", f"UINT{bits}") for bits in (8, 16, 32, 64)},
}


class _Input(NamedTuple):
    name: str
    dtype: str
    datatype: str
    # -1: any extent.
    shape: list[int]


class OnnxModel:
    """A session of onnxruntime."""

    is_row_by_row: bool | None = None

    def __init__(self, path: str) -> None:
        try:
            import onnxruntime
        except ImportError as error:
            hint = "Add onnxruntime to the deployment's environment."
            raise LoadFailed(f"The model cannot be loaded: {error}", hint) from error
        try:
            options = onnxruntime.SessionOptions()
            # As OMP_NUM_THREADS says it of every worker: one thread, several workers.
            options.intra_op_num_threads = 1
            self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        except Exception as error:
            hint = "It must be an ONNX model that onnxruntime can run."
            raise LoadFailed(f"The model cannot be loaded: {type(error).__name__}: {error}", hint) from error
        self._inputs = {one.name: _described(one) for one in self._session.get_inputs()}
        outputs = [_described(one) for one in self._session.get_outputs()]
        self._outputs = [one.name for one in outputs]
        tensors = {
            "platform": "onnxruntime_onnx",
            "inputs": [_told(one) for one in self._inputs.values()],
            "outputs": [_told(one) for one in outputs],
        }
        self.description: dict[str, Any] = {"kind": "onnx", "tensors": tensors}

    def decode(self, request: ScoringRequest) -> ModelInput:
        """One array for each input, of its type and shape."""
        if request.infer is not None:
            return ModelInput("infer", self._checked(self._tensors(request)), wanted=request.infer.get("outputs"))
        form, value = _parsed(request)
        return ModelInput(form, self._checked(self._arrays(form, value)))

    def predict(self, given: ModelInput) -> Any:
        """Every output, by name."""
        return dict(zip(self._outputs, self._session.run(self._outputs, given.data)))

    def encode(self, given: ModelInput, result: Any) -> ScoringAnswer:
        """The only output by itself, several by name."""
        if given.form == "infer":
            return tensor_answer(given, result, self._outputs)
        value = next(iter(result.values())) if len(result) == 1 else result
        answered = value if given.form == "input_data" else {"predictions": value}
        return ScoringAnswer("application/json", to_json(answered))

    def _tensors(self, request: ScoringRequest) -> dict[str, Any]:
        tensors = read_tensors(request)
        for tensor in tensors:
            # The only input takes any name.
            wanted = next(iter(self._inputs.values())) if len(self._inputs) == 1 else self._inputs.get(tensor.name)
            if wanted is not None and tensor.datatype != wanted.datatype:
                raise RequestRejected(
                    f'The tensor "{tensor.name}" is {tensor.datatype}; the model takes {wanted.datatype}.'
                )
        return {tensor.name: plain_values(tensor) for tensor in tensors}

    def _arrays(self, form: str, value: Any) -> dict[str, Any]:
        if form in ("dataframe_split", "csv") or (isinstance(value, dict) and {"columns", "data"} <= set(value)):
            return self._from_table(value)
        if isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
            names = list(value[0])
            if any(list(row) != names and set(row) != set(names) for row in value):
                raise RequestRejected(f'The objects of "{form}" have different names.')
            return self._from_columns({name: [row[name] for row in value] for name in names})
        if isinstance(value, dict):
            return value
        if len(self._inputs) == 1:
            return {next(iter(self._inputs)): value}
        raise RequestRejected(f'"{form}" must name the inputs {", ".join(self._inputs)}.')

    def _from_table(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or not isinstance(value.get("data"), list):
            raise RequestRejected('A table must be an object with "columns" and "data".')
        rows, columns = value["data"], value.get("columns")
        if columns is None:
            return {next(iter(self._inputs)): rows}
        if any(not isinstance(row, list) or len(row) != len(columns) for row in rows):
            raise RequestRejected(f"Each row must have {len(columns)} values.")
        return self._from_columns({name: [row[at] for row in rows] for at, name in enumerate(columns)})

    def _from_columns(self, columns: dict[str, Any]) -> dict[str, Any]:
        """Columns that are inputs, each; or all columns in their order as the matrix that the only input is."""
        if len(self._inputs) == 1 and not set(columns) & set(self._inputs):
            return {next(iter(self._inputs)): [list(row) for row in zip(*columns.values())]}
        return {name: self._as_column(name, values) for name, values in columns.items()}

    def _as_column(self, name: str, values: list[Any]) -> list[Any]:
        """[rows, 1] where the input has that rank and the cells are no lists themselves."""
        wanted = self._inputs.get(name)
        is_flat = not any(isinstance(value, list) for value in values)
        return [[value] for value in values] if wanted is not None and len(wanted.shape) == 2 and is_flat else values

    def _checked(self, given: dict[str, Any]) -> dict[str, Any]:
        missing = [name for name in self._inputs if name not in given]
        unknown = [name for name in given if name not in self._inputs]
        if len(self._inputs) == 1 and len(given) == 1:
            # The only input takes any name.
            given, missing, unknown = {next(iter(self._inputs)): next(iter(given.values()))}, [], []
        if missing or unknown:
            told = [f"is missing {', '.join(missing)}"] if missing else []
            told += [f"has no input {', '.join(unknown)}"] if unknown else []
            raise RequestRejected(f"The model {' and '.join(told)}; its inputs are {', '.join(self._inputs)}.")
        return {name: _array(given[name], self._inputs[name]) for name in self._inputs}


def _described(one: Any) -> _Input:
    element = one.type[len("tensor(") : -1] if one.type.startswith("tensor(") else one.type
    dtype, datatype = _TYPES.get(element, ("object", "BYTES"))
    shape = [extent if isinstance(extent, int) else -1 for extent in one.shape or []]
    return _Input(one.name, dtype, datatype, shape)


def _told(one: _Input) -> dict[str, Any]:
    return {"name": one.name, "datatype": one.datatype, "shape": one.shape}


def _array(value: Any, wanted: _Input) -> Any:
    import numpy

    try:
        array = numpy.asarray(value, dtype=wanted.dtype)
        if array.dtype.kind in "iu" and (numpy.asarray(value, dtype="float64") != array).any():
            raise ValueError("it holds fractions")
    except (ValueError, TypeError, OverflowError) as error:
        raise RequestRejected(f'The input "{wanted.name}" cannot be read as {wanted.datatype}: {error}.') from None
    is_fitting = len(array.shape) == len(wanted.shape) and all(
        extent in (-1, given) for extent, given in zip(wanted.shape, array.shape)
    )
    if not is_fitting:
        shape = list(array.shape)
        raise RequestRejected(f'The input "{wanted.name}" has the shape {shape}; the model takes {wanted.shape}.')
    return array


def _parsed(request: ScoringRequest) -> tuple[str, Any]:
    kind = request.content_type
    try:
        text = request.body.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise RequestRejected(f"The body is not UTF-8: {error.reason} at byte {error.start}.") from None
    if kind == "text/csv":
        import csv

        rows = list(csv.reader(io.StringIO(text)))
        return "csv", {"columns": rows[0] if rows else [], "data": [row for row in rows[1:] if row]}
    if kind not in ("application/json", "text/json", "") and not kind.endswith("+json"):
        raise reject_media_type(kind, ["application/json", "text/csv"])
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RequestRejected(f"The body is not valid JSON: {error}") from None
    found = [form for form in _FORMS if isinstance(body, dict) and form in body]
    if len(found) != 1:
        raise RequestRejected(f"The body must be an object with exactly one of the fields {', '.join(_FORMS)}.")
    return found[0], body[found[0]]
