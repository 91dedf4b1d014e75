"""Tensors of the Open Inference Protocol between the server and numpy.

The server has read the wire (JSON, binary or gRPC) and checked that datatype, shape and length agree; here the tensors
become the columns or the arrays that a model takes, and its result becomes tensors again. `infer` of a request is
{inputs: [{name, datatype, shape, bytes, parameters?}], outputs?: [names], parameters?}, and the body the inputs' bytes
one after another, little endian; elements of BYTES are u32 length and bytes.
"""

from __future__ import annotations

import base64
import json
import re
import struct
from typing import Any, Mapping, NamedTuple

from .double_rows import DoubleRows
from .json_output import to_json
from .model_inputs import InputSchema, cast_table
from .scoring_types import ModelInput, RequestRejected, ScoringAnswer, ScoringRequest
from .table_schema import TableSchema

_NUMPY = {
    "BOOL": "?",
    **{f"UINT{bits}": f"<u{bits // 8}" for bits in (8, 16, 32, 64)},
    **{f"INT{bits}": f"<i{bits // 8}" for bits in (8, 16, 32, 64)},
    **{f"FP{bits}": f"<f{bits // 8}" for bits in (16, 32, 64)},
}
_DATATYPES = {kind.lstrip("<"): name for name, kind in _NUMPY.items()}
_LENGTH = struct.Struct("<I")
_DOUBLE = "<f8"
# Ours, and MLServer's for columns of a table.
_JSON_TYPES = ("json", "pd_json")


class Tensor(NamedTuple):
    """An array with the name and the datatype that the request gives it; elements of BYTES are bytes."""

    name: str
    datatype: str
    values: Any
    content_type: str | None


def tensor_input(request: ScoringRequest, declared: InputSchema) -> ModelInput:
    """What the model takes. Raises RequestRejected naming the tensor that does not fit."""
    infer = request.infer or {}
    tensors = read_tensors(request)
    parameters = infer.get("parameters") or {}
    data = _data(tensors, declared, parameters.get("content_type"))
    params = {name: parameters[name] for name in declared.parameters if name in parameters}
    return ModelInput("infer", data, params or None, wanted=infer.get("outputs"))


def read_tensors(request: ScoringRequest) -> list[Tensor]:
    """The tensors of a request that has some."""
    return list(_read((request.infer or {})["inputs"], request.body))


def plain_values(tensor: Tensor) -> Any:
    """Its array, of text for BYTES. Raises RequestRejected for bytes that are no text."""
    return _texts(tensor, is_binary=False) if tensor.datatype == "BYTES" else tensor.values


def tensor_answer(given: ModelInput, result: Any, names: list[str]) -> ScoringAnswer:
    """A result as tensors, those that are wanted; `names` are the outputs of the signature."""
    tensors = _named_results(result, names)
    if given.wanted is not None:
        unknown = [name for name in given.wanted if name not in tensors]
        if unknown:
            raise RequestRejected(f"There is no output {', '.join(unknown)}; the outputs are {', '.join(tensors)}.")
        tensors = {name: tensors[name] for name in given.wanted}
    described, bodies = [], []
    for name, values in tensors.items():
        datatype, shape, body, parameters = _to_bytes(values)
        about = {"name": name, "datatype": datatype, "shape": shape, "bytes": len(body)}
        described.append({**about, "parameters": parameters} if parameters else about)
        bodies.append(body)
    return ScoringAnswer("application/octet-stream", b"".join(bodies), {"outputs": described})


def _read(inputs: list[Mapping[str, Any]], body: bytes) -> Any:
    import numpy

    at = 0
    for tensor in inputs:
        end = at + tensor["bytes"]
        if tensor["datatype"] == "BYTES":
            elements = list(_elements(body, at, end))
            values = numpy.empty(len(elements), dtype=object)
            values[:] = elements
        else:
            # A copy: models write into what they are given, and the bytes may lie unaligned.
            values = numpy.frombuffer(body[at:end], dtype=_NUMPY[tensor["datatype"]]).copy()
        content_type = (tensor.get("parameters") or {}).get("content_type")
        yield Tensor(tensor["name"], tensor["datatype"], values.reshape(tensor["shape"]), content_type)
        at = end


def _elements(body: bytes, at: int, end: int) -> Any:
    while at < end:
        (length,) = _LENGTH.unpack_from(body, at)
        yield body[at + 4 : at + 4 + length]
        at += 4 + length


def _data(tensors: list[Tensor], declared: InputSchema, content_type: Any) -> Any:
    schema = declared.schema
    if schema is None:
        return _undeclared(tensors, content_type)
    quick = None if declared.table is None or declared.parameters else _quick_rows(tensors, declared.table)
    if quick is not None:
        return quick
    return _arrays(tensors, schema) if schema.is_tensor_spec() else _table(tensors, declared)


def _quick_rows(tensors: list[Tensor], table: TableSchema) -> DoubleRows | None:
    """The same as `_table`, of doubles alone: most of the time is in the frame, and they need none."""
    width, first = len(table.names), tensors[0].values
    if len(tensors) == 1 and width > 1:
        return table.quick_matrix(first) if first.ndim == 2 and first.shape[1] == width else None
    if any(tensor.values.size != first.size or not _is_column(tensor) for tensor in tensors):
        return None
    by_name = {tensor.name: tensor.values.reshape(-1) for tensor in tensors}
    return table.quick_columns(by_name) if len(by_name) == len(tensors) == width else None


def _undeclared(tensors: list[Tensor], content_type: Any) -> Any:
    """Without a signature: one tensor is the array itself; several are columns where they can be, else named arrays."""
    if len(tensors) == 1 and content_type != "pd":
        return plain_values(tensors[0])
    rows = {tensor.values.shape[0] if tensor.values.ndim else None for tensor in tensors}
    is_table = len(rows) == 1 and all(_is_column(tensor) for tensor in tensors)
    if not is_table and content_type == "pd":
        raise RequestRejected('Tensors of content type "pd" are columns: each has the shape [rows].')
    if not is_table or content_type == "np":
        return {tensor.name: plain_values(tensor) for tensor in tensors}
    return _frame({tensor.name: _column(tensor, None) for tensor in tensors})


def _arrays(tensors: list[Tensor], schema: Any) -> Any:
    """By the names of a signature of tensors; the only unnamed one takes any name."""
    if not schema.has_input_names():
        if len(tensors) == 1:
            return _declared_values(tensors[0], schema.inputs[0])
        raise RequestRejected(f"The model takes one tensor; {len(tensors)} are given.")
    known = {spec.name: spec for spec in schema.inputs}
    _refuse_unknown(tensors, list(known))
    return {tensor.name: _declared_values(tensor, known[tensor.name]) for tensor in tensors}


def _declared_values(tensor: Tensor, spec: Any) -> Any:
    """Elements of BYTES in the type that is declared: mlflow takes arrays of objects for neither text nor bytes."""
    kind = spec.type.kind
    if tensor.datatype != "BYTES" or kind not in "US":
        return plain_values(tensor)
    return _texts(tensor, is_binary=kind == "S").astype(kind)


def _table(tensors: list[Tensor], declared: InputSchema) -> Any:
    """One tensor for each column; or one matrix with a column for each, in the signature's order."""
    schema = declared.schema
    names = schema.input_names() if schema.has_input_names() else list(range(len(schema.inputs)))
    types = {str(name): getattr(kind, "name", None) for name, kind in zip(names, schema.input_types())}
    first = tensors[0]
    is_matrix = len(tensors) == 1 and first.values.ndim == 2 and first.values.shape[1] == len(names)
    if is_matrix and (len(names) > 1 or first.name not in types):
        return _checked({name: first.values[:, at] for at, name in enumerate(names)}, declared)
    if not schema.has_input_names():
        tensors = [tensor._replace(name=re.sub("^input-", "", tensor.name)) for tensor in tensors]
    _refuse_unknown(tensors, list(types))
    for tensor in tensors:
        if not _is_column(tensor):
            shape = list(tensor.values.shape)
            raise RequestRejected(f'The tensor "{tensor.name}" is a column: its shape is [rows], not {shape}.')
    by_name = {tensor.name: _column(tensor, types[tensor.name]) for tensor in tensors}
    return _checked({name: by_name[str(name)] for name in names if str(name) in by_name}, declared)


def _checked(columns: dict[Any, Any], declared: InputSchema) -> Any:
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        each = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise RequestRejected(f"The tensors have different numbers of rows: {each}.")
    frame = _frame(columns)
    times = [name for name, column in columns.items() if column.dtype == object]
    # Texts of times become times, as for tables in JSON; numbers have a datatype already, which mlflow judges.
    return cast_table(frame, declared, times)


def _frame(columns: dict[Any, Any]) -> Any:
    import pandas

    return pandas.DataFrame(columns, copy=False)


def _refuse_unknown(tensors: list[Tensor], known: list[str]) -> None:
    unknown = [tensor.name for tensor in tensors if tensor.name not in known]
    if unknown:
        raise RequestRejected(f"The model has no input {', '.join(unknown)}; its inputs are {', '.join(known)}.")


def _is_column(tensor: Tensor) -> bool:
    shape = tensor.values.shape
    return len(shape) == 1 or (len(shape) == 2 and shape[1] == 1)


def _column(tensor: Tensor, kind: str | None) -> Any:
    values = tensor.values.reshape(-1)
    if tensor.datatype != "BYTES":
        return values
    return _texts(tensor._replace(values=values), is_binary=kind == "binary", is_json=kind is None)


def _texts(tensor: Tensor, *, is_binary: bool, is_json: bool = False) -> Any:
    """Elements of BYTES as the model takes them: text, bytes of binary columns, what JSON says in those of objects."""
    import numpy

    content_type = tensor.content_type
    texts = numpy.empty(tensor.values.shape, dtype=object)
    for place, element in numpy.ndenumerate(tensor.values):
        try:
            if content_type == "base64":
                texts[place] = base64.b64decode(element, validate=True)
            elif is_binary:
                texts[place] = element
            else:
                text = element.decode("utf-8")
                texts[place] = json.loads(text) if is_json and content_type in _JSON_TYPES else text
        except ValueError as error:
            at = ", ".join(map(str, place))
            raise RequestRejected(f'Element {at} of the tensor "{tensor.name}" cannot be read: {error}.') from None
    return texts


def _named_results(result: Any, names: list[str]) -> dict[str, Any]:
    # What most models return has none of what is looked for below, which takes longer than all else here.
    if type(result).__name__ == "ndarray":
        return {names[0] if len(names) == 1 else "output-0": result}
    if hasattr(result, "to_frame"):
        result = result.to_numpy()
    if hasattr(result, "columns") and hasattr(result, "to_numpy"):
        return {str(name): result[name].to_numpy() for name in result.columns}
    if isinstance(result, Mapping):
        return {str(name): values for name, values in result.items()}
    if isinstance(result, (list, tuple)) and result and all(isinstance(one, Mapping) for one in result):
        keys = list(dict.fromkeys(key for one in result for key in one))
        return {str(key): [one.get(key) for one in result] for key in keys}
    return {names[0] if len(names) == 1 else "output-0": result}


def _to_bytes(values: Any) -> tuple[str, list[int], bytes, dict[str, str] | None]:
    """Datatype, shape, bytes, and what to say of how the elements are written."""
    import numpy

    if type(values) is numpy.ndarray and values.dtype.str == _DOUBLE and values.ndim > 0:
        return "FP64", list(values.shape), values.tobytes(), None
    if hasattr(values, "toarray"):  # sparse
        values = values.toarray()
    try:
        array = numpy.asarray(values)
    except ValueError:  # ragged
        array = numpy.array(None)
    shape = list(array.shape)
    if array.dtype.kind == "O":
        kinds = {type(one) for one in array.ravel().tolist()} - {type(None)}
        if array.ndim > 0 and kinds and kinds <= {int, float, bool} and bool not in kinds:
            array = array.astype(numpy.float64)
    kind = array.dtype.newbyteorder("<").str.lstrip("<|")
    datatype = _DATATYPES.get("?" if array.dtype.kind == "b" else kind)
    if datatype is not None:
        shape = shape or [1]
        return datatype, shape, numpy.ascontiguousarray(array, dtype=_NUMPY[datatype]).tobytes(), None
    if array.dtype.kind == "M":
        return "BYTES", shape or [1], _lengths(numpy.datetime_as_string(array).ravel().tolist()), None
    if array.dtype.kind in "US":
        return "BYTES", shape or [1], _lengths(array.ravel().tolist()), None
    if array.dtype.kind == "O" and array.ndim > 0 and array.size > 0 and all(map(_is_time, array.ravel())):
        # With a time zone, or of Python: as text like all others.
        return "BYTES", shape, _lengths([one.isoformat() for one in array.ravel()]), None
    if array.dtype.kind == "O" and array.ndim > 0 and all(isinstance(one, (str, bytes)) for one in array.ravel()):
        return "BYTES", shape, _lengths(array.ravel().tolist()), None
    if isinstance(values, (list, tuple)) or (array.dtype.kind == "O" and array.ndim == 1):
        elements = [to_json(one) for one in values]
        return "BYTES", [len(elements)], _lengths(elements), {"content_type": "json"}
    return "BYTES", [1], _lengths([to_json(values)]), {"content_type": "json"}


def _is_time(one: Any) -> bool:
    return hasattr(one, "isoformat") and one == one  # NaT is not.


def _lengths(elements: list[Any]) -> bytes:
    parts = []
    for element in elements:
        one = element.encode("utf-8") if isinstance(element, str) else bytes(element)
        parts += [_LENGTH.pack(len(one)), one]
    return b"".join(parts)
