"""The wire of the Open Inference Protocol V2 over HTTP: JSON, with binary tensors after it where they are wanted.

A package speaks it as its endpoint does (src/protocols/open-inference/translate.ts). Tensors go on to tensors.py as
their bytes, little endian; elements of BYTES are u32 length and bytes.
"""

from __future__ import annotations

import json
import math
import struct
from typing import Any, NamedTuple

from .scoring_types import RequestRejected

# In the words of `struct`: a script's environment may have no numpy.
_CODES = {
    "BOOL": "?",
    **dict(zip(("UINT8", "UINT16", "UINT32", "UINT64"), "BHIQ")),
    **dict(zip(("INT8", "INT16", "INT32", "INT64"), "bhiq")),
    **dict(zip(("FP16", "FP32", "FP64"), "efd")),
}
_LENGTH = struct.Struct("<I")


class InferRequest(NamedTuple):
    """A request as it came: what the model is asked, and how the answer is to be written."""

    # What tensors.py takes, and the tensors' bytes.
    infer: dict[str, Any]
    body: bytes
    request_id: str | None
    is_binary: bool
    # Overrides it for outputs by name.
    binary_by_name: dict[str, bool]


def read_infer_request(body: bytes, json_length: str | None) -> InferRequest:
    """Reads a body; `json_length` is the header that says where binary data begins. Raises RequestRejected."""
    at = len(body) if json_length is None else _length(json_length, len(body))
    given = _object(body[:at])
    request_id, parameters = given.get("id"), given.get("parameters") or {}
    if request_id is not None and not isinstance(request_id, str):
        raise _wrong('"id" must be text')
    if not isinstance(parameters, dict):
        raise _wrong('"parameters" must be an object')
    inputs = given.get("inputs")
    if not isinstance(inputs, list) or not inputs:
        raise _wrong('"inputs" must be an array of at least one tensor')
    described: list[dict[str, Any]] = []
    parts = []
    for place, one in enumerate(inputs):
        about, part, at = _tensor(one, place, body, at)
        if any(about["name"] == other["name"] for other in described):
            raise _wrong(f'there are two tensors "{about["name"]}"')
        described.append(about)
        parts.append(part)
    if at != len(body):
        raise _wrong(f"{len(body) - at} bytes follow the tensors")
    names, by_name = _outputs(given.get("outputs"))
    wanted = {name: value for name, value in parameters.items() if name != "binary_data_output"}
    infer: dict[str, Any] = {"inputs": described}
    if names:
        infer["outputs"] = names
    if wanted:
        infer["parameters"] = wanted
    is_binary = parameters.get("binary_data_output") is True
    return InferRequest(infer, b"".join(parts), request_id, is_binary, by_name)


def write_infer_response(
    asked: InferRequest, model: dict[str, str], outputs: list[dict[str, Any]], body: bytes
) -> tuple[bytes, int | None]:
    """The answer's body, and the length of its JSON where binary tensors follow it."""
    described, binary, at = [], [], 0
    for output in outputs:
        part = body[at : at + output["bytes"]]
        at += output["bytes"]
        about = {"name": output["name"], "shape": output["shape"], "datatype": output["datatype"]}
        parameters = output.get("parameters") or {}
        if asked.binary_by_name.get(output["name"], asked.is_binary):
            about["parameters"] = {**parameters, "binary_data_size": len(part)}
            binary.append(part)
        else:
            if parameters:
                about["parameters"] = parameters
            about["data"] = _values(output, part)
        described.append(about)
    start = {**model, **({} if asked.request_id is None else {"id": asked.request_id})}
    text = json.dumps({**start, "outputs": described}, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    return (b"".join([text, *binary]), len(text)) if binary else (text, None)


def _length(text: str, most: int) -> int:
    if text.isascii() and text.isdigit() and len(text) < 16 and int(text) <= most:
        return int(text)
    raise _wrong(f'the header Inference-Header-Content-Length is "{text}" and the body has {most} bytes')


def _object(text: bytes) -> dict[str, Any]:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _wrong(f"it is not JSON: {error}") from None
    if not isinstance(given, dict):
        raise _wrong('it must be a JSON object with "inputs"')
    return given


def _tensor(one: Any, place: int, body: bytes, at: int) -> tuple[dict[str, Any], bytes, int]:
    if not isinstance(one, dict):
        raise _wrong(f"input {place} is not an object")
    name, datatype, shape = one.get("name"), one.get("datatype"), one.get("shape")
    parameters = one.get("parameters") or {}
    if not isinstance(name, str) or name == "":
        raise _wrong(f"input {place} has no name")
    if datatype not in _CODES and datatype != "BYTES":
        known = ", ".join([*_CODES, "BYTES"])
        said = json.dumps(datatype)
        raise _wrong(f'the datatype of the tensor "{name}" is {said}; the datatypes are {known}')
    if not isinstance(shape, list) or not all(type(extent) is int and 0 <= extent < 2**53 for extent in shape):
        raise _wrong(f'the shape of the tensor "{name}" must be an array of whole numbers; it is {json.dumps(shape)}')
    if not isinstance(parameters, dict):
        raise _wrong(f'"parameters" of the tensor "{name}" must be an object')
    about = {"name": name, "datatype": datatype, "shape": shape}
    size = parameters.get("binary_data_size")
    if size is None:
        part = _bytes(_flat(one.get("data"), shape, name), datatype, name)
    else:
        if "data" in one:
            raise _wrong(f'the tensor "{name}" has both "data" and binary_data_size')
        if type(size) is not int or size < 0 or at + size > len(body):
            left = len(body) - at
            raise _wrong(f'binary_data_size of the tensor "{name}" is {json.dumps(size)}; {left} bytes are left')
        part, at = body[at : at + size], at + size
        _check_count(about, part)
    kept = {key: value for key, value in parameters.items() if key != "binary_data_size"}
    return {**about, "bytes": len(part), **({"parameters": kept} if kept else {})}, part, at


def _check_count(about: dict[str, Any], part: bytes) -> None:
    datatype, count = about["datatype"], math.prod(about["shape"])
    found = len(_elements(part, about["name"])) if datatype == "BYTES" else len(part) / _item_size(datatype)
    if found != count:
        raise _wrong(
            f'the tensor "{about["name"]}" has {len(part)} bytes, which are {found:g} of {datatype}, and its shape '
            f"{about['shape']} has {count}"
        )


def _flat(data: Any, shape: list[int], name: str) -> list[Any]:
    if not isinstance(data, list):
        raise _wrong(f'the tensor "{name}" has no "data"')
    count = math.prod(shape)
    flat = data
    if any(isinstance(element, list) for element in data):
        flat = []
        _collect(data, shape, name, flat)
    if len(flat) != count:
        raise _wrong(f'the tensor "{name}" has {len(flat)} elements; its shape {shape} has {count}')
    return flat


def _collect(data: Any, shape: list[int], name: str, into: list[Any]) -> None:
    if not shape:
        into.append(data)
        return
    if not isinstance(data, list) or len(data) != shape[0]:
        raise _wrong(f'the nested "data" of the tensor "{name}" does not have its shape')
    for one in data:
        _collect(one, shape[1:], name, into)


def _bytes(elements: list[Any], datatype: str, name: str) -> bytes:
    for at, element in enumerate(elements):
        if not _is_element(element, datatype):
            raise _wrong(f'element {at} of the tensor "{name}" is {json.dumps(element)}, not {datatype}')
    if datatype == "BYTES":
        return b"".join(_LENGTH.pack(len(one)) + one for one in (element.encode("utf-8") for element in elements))
    if datatype.startswith("FP"):
        elements = [math.nan if element is None else element for element in elements]
    try:
        return struct.pack(f"<{len(elements)}{_CODES[datatype]}", *elements)
    except OverflowError:
        raise _wrong(f'the tensor "{name}" has numbers that {datatype} cannot hold') from None


def _is_element(element: Any, datatype: str) -> bool:
    if datatype == "BYTES":
        return isinstance(element, str)
    if datatype == "BOOL":
        return isinstance(element, bool)
    if datatype.startswith("FP"):
        # null stands for NaN, which JSON does not have.
        return element is None or (isinstance(element, (int, float)) and not isinstance(element, bool))
    bits = 8 * _item_size(datatype)
    least, most = (0, 2**bits - 1) if datatype.startswith("U") else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    return type(element) is int and least <= element <= most


def _outputs(outputs: Any) -> tuple[list[str], dict[str, bool]]:
    names, by_name = [], {}
    if outputs is None:
        return [], {}
    if not isinstance(outputs, list):
        raise _wrong('"outputs" must be an array')
    for at, output in enumerate(outputs):
        if not isinstance(output, dict):
            raise _wrong(f"output {at} is not an object")
        if not isinstance(output.get("name"), str):
            raise _wrong(f"output {at} has no name")
        names.append(output["name"])
        parameters = output.get("parameters")
        binary = parameters.get("binary_data") if isinstance(parameters, dict) else None
        if isinstance(binary, bool):
            by_name[output["name"]] = binary
    return names, by_name


def _values(output: dict[str, Any], part: bytes) -> list[Any]:
    name, datatype = output["name"], output["datatype"]
    if datatype == "BYTES":
        try:
            return [element.decode("utf-8") for element in _elements(part, name)]
        except UnicodeDecodeError:
            raise RequestRejected(f'The output "{name}" is no text; ask for it with "binary_data": true.') from None
    values: list[Any] = list(struct.unpack(f"<{len(part) // _item_size(datatype)}{_CODES[datatype]}", part))
    return [value if math.isfinite(value) else None for value in values] if datatype.startswith("FP") else values


def _elements(part: bytes, name: str) -> list[bytes]:
    elements, at = [], 0
    while at < len(part):
        end = at + 4 + (_LENGTH.unpack_from(part, at)[0] if at + 4 <= len(part) else len(part))
        if end > len(part):
            raise _wrong(f'the bytes of the tensor "{name}" break off within an element')
        elements.append(part[at + 4 : end])
        at = end
    return elements


def _item_size(datatype: str) -> int:
    return struct.calcsize(f"<{_CODES[datatype]}")


def _wrong(what: str) -> RequestRejected:
    return RequestRejected(f"The request cannot be read: {what}.")
