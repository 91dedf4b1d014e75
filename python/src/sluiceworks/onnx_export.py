"""Converts a scikit-learn model of an MLflow folder to ONNX and compares what both make of the example.

Standard input is `{path, metadata, example, output}`: the model's folder, its MLmodel, a scoring request (text of JSON)
and the file to write. Standard output is `{report}` or `{refusal, hint}`. The example decides: a conversion is kept
only when onnxruntime gives the predictions of scikit-learn, so every form of input is tried until one does.
"""

from __future__ import annotations

import json
import os
import pickle
import sys
from typing import Any, NamedTuple

from .model_inputs import InputSchema, parse_model_input
from .scoring_types import RequestRejected, ScoringRequest

# Of a prediction's size, and of its own: single precision keeps seven digits, and sums of trees lose some.
_RELATIVE = 1e-4
_ABSOLUTE = 1e-5


class Refused(Exception):
    """The model cannot be exported; the message is for the person who wants it."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class Form(NamedTuple):
    """One way to feed a model: all columns as one tensor or each as its own, in double or single precision."""

    is_tensor: bool
    precision: str


def main() -> int:
    """Reads the wish, writes the outcome; the exit status is 0 either way."""
    # Converters print: only the outcome may reach the reader.
    outcome, sys.stdout = sys.stdout, sys.stderr
    try:
        answer: dict[str, Any] = {"report": export(**json.load(sys.stdin))}
    except Refused as refused:
        answer = {"refusal": str(refused), "hint": refused.hint}
    json.dump(answer, outcome)
    return 0


def export(path: str, metadata: dict[str, Any], example: str, output: str) -> dict[str, Any]:
    """Writes the ONNX file and returns what it takes and how close it is. Raises Refused."""
    model = _load(path, metadata)
    frame = _frame_of(example)
    frame = _ordered(frame, model)
    expected = _expected(model, frame)
    reasons = []
    for form in _forms(frame):
        try:
            proto = _convert(model, frame, form)
            difference, outputs = _compare(proto, frame, form, expected)
        except Exception as error:
            reasons.append(f"{_words(form)}: {type(error).__name__}: {str(error).strip().splitlines()[0][:300]}")
            continue
        if difference is None:
            reasons.append(f"{_words(form)}: the predictions on the example are others")
            continue
        with open(output, "wb") as file:
            file.write(proto.SerializeToString())
        return _report(proto, frame, outputs, difference)
    raise Refused(
        f"skl2onnx cannot convert this {type(model).__name__} so that it predicts the same: {reasons[-1]}",
        "Every form of input was tried. Package the model as it is with: sluice model package",
    )


def _load(path: str, metadata: dict[str, Any]) -> Any:
    flavor = metadata.get("flavors", {}).get("sklearn")
    if flavor is None:
        flavors = ", ".join(metadata.get("flavors", {})) or "none"
        raise Refused(f"Only scikit-learn models can be exported; this one has the flavors {flavors}.")
    if flavor.get("serialization_format") in (None, "pickle"):
        with open(os.path.join(path, flavor.get("pickled_model", "model.pkl")), "rb") as file:
            return pickle.load(file)
    import mlflow.sklearn

    return mlflow.sklearn.load_model(path)


def _frame_of(example: str) -> Any:
    import pandas

    request = ScoringRequest("application/json", example.encode(), {})
    try:
        data = parse_model_input(request, InputSchema(None, None)).data
    except RequestRejected as error:
        hint = "Give one with --example FILE, as it is sent to /score."
        raise Refused(f"The example cannot be read: {error}", hint) from None
    frame = data if isinstance(data, pandas.DataFrame) else pandas.DataFrame(data)
    if len(frame) == 0:
        raise Refused("The example has no rows to compare with.", "Give one with --example FILE.")
    return frame


def _ordered(frame: Any, model: Any) -> Any:
    names = getattr(model, "feature_names_in_", None)
    if names is None:
        return frame
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise Refused(f"The example lacks the columns {', '.join(map(str, missing))}.")
    return frame[list(names)]


def _expected(model: Any, frame: Any) -> list[Any]:
    """The predictions, and the probabilities where there are any."""
    named = frame if hasattr(model, "feature_names_in_") else frame.to_numpy()
    results = [model.predict(named)]
    if hasattr(model, "predict_proba"):
        results.append(model.predict_proba(named))
    return results


def _forms(frame: Any) -> list[Form]:
    import pandas

    numeric = all(pandas.api.types.is_numeric_dtype(kind) for kind in frame.dtypes)
    forms = [Form(is_tensor, precision) for is_tensor in (True, False) for precision in ("double", "float")]
    return [form for form in forms if numeric or not form.is_tensor]


def _words(form: Form) -> str:
    return f"{'one tensor' if form.is_tensor else 'a tensor for each column'} in {form.precision} precision"


def _convert(model: Any, frame: Any, form: Form) -> Any:
    from skl2onnx import convert_sklearn
    from skl2onnx.common.data_types import (
        BooleanTensorType,
        DoubleTensorType,
        FloatTensorType,
        Int64TensorType,
        StringTensorType,
    )

    number = DoubleTensorType if form.precision == "double" else FloatTensorType
    if form.is_tensor:
        types = [("input", number([None, frame.shape[1]]))]
    else:
        by_kind = {"i": Int64TensorType, "u": Int64TensorType, "b": BooleanTensorType, "f": number}
        types = [
            (str(name), by_kind.get(kind.kind, StringTensorType)([None, 1])) for name, kind in zip(frame, frame.dtypes)
        ]
    options = {"zipmap": False} if hasattr(model, "predict_proba") else None
    # Named, or it would be called by a random number and no two exports were the same file.
    return convert_sklearn(model, name=type(model).__name__, initial_types=types, options=options)


def _compare(proto: Any, frame: Any, form: Form, expected: list[Any]) -> tuple[float | None, list[Any]]:
    """The largest difference, None where it is too large, and the outputs."""
    import numpy
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(proto.SerializeToString(), options, providers=["CPUExecutionProvider"])
    given = {each.name: _tensor(frame, each, form) for each in session.get_inputs()}
    largest = 0.0
    for wanted, got in zip(expected, session.run(None, given)):
        wanted, got = numpy.asarray(wanted), numpy.asarray(got).reshape(numpy.asarray(wanted).shape)
        if wanted.dtype.kind not in "fc":
            if not (wanted.astype(str) == got.astype(str)).all():
                return None, []
            continue
        difference = numpy.abs(wanted - got)
        if not (difference <= _ABSOLUTE + _RELATIVE * numpy.abs(wanted)).all():
            return None, []
        largest = max(largest, float(difference.max(initial=0.0)))
    return largest, session.get_outputs()


def _tensor(frame: Any, wanted: Any, form: Form) -> Any:
    import numpy

    values = frame.to_numpy() if form.is_tensor else frame[[wanted.name]].to_numpy()
    kinds = {
        "tensor(double)": numpy.float64,
        "tensor(float)": numpy.float32,
        "tensor(int64)": numpy.int64,
        "tensor(bool)": numpy.bool_,
        "tensor(string)": object,
    }
    return values.astype(kinds[wanted.type])


def _report(proto: Any, frame: Any, outputs: list[Any], difference: float) -> dict[str, Any]:
    import onnxruntime
    import skl2onnx
    import sklearn

    described = [{"name": each.name, "type": each.type, "shape": list(each.shape)} for each in outputs]
    return {
        "inputs": [_input(each) for each in proto.graph.input],
        "outputs": described,
        "columns": [str(name) for name in frame.columns],
        "rows": len(frame),
        "max_difference": difference,
        "opset": max(each.version for each in proto.opset_import if each.domain in ("", "ai.onnx")),
        "versions": {
            "scikit-learn": sklearn.__version__,
            "skl2onnx": skl2onnx.__version__,
            "onnxruntime": onnxruntime.__version__,
        },
    }


def _input(given: Any) -> dict[str, Any]:
    tensor = given.type.tensor_type
    names = {1: "tensor(float)", 7: "tensor(int64)", 8: "tensor(string)", 9: "tensor(bool)", 11: "tensor(double)"}
    shape = [each.dim_value if each.HasField("dim_value") else None for each in tensor.shape.dim]
    return {"name": given.name, "type": names.get(tensor.elem_type, str(tensor.elem_type)), "shape": shape}


if __name__ == "__main__":
    sys.exit(main())
