"""An MLflow model folder: loaded as a pyfunc; where the environment has no mlflow, by its scikit-learn flavor."""

from __future__ import annotations

import json
import os
import pickle
import sys
from typing import Any, Callable

from .json_output import predictions_value, to_json
from .model_inputs import InputSchema, parse_model_input
from .pyfunc import Pyfunc
from .scoring_types import LoadFailed, ModelInput, RequestRejected, ScoringAnswer, ScoringRequest, answer
from .tensors import tensor_answer, tensor_input


class MlflowModel:
    """A model that answers with what its `predict` returns."""

    def __init__(self, path: str, metadata: dict[str, Any]) -> None:
        self._columns = _columns_of(metadata)
        self._outputs = _output_names(metadata)
        self.is_row_by_row: bool | None = False
        self._pyfunc: Pyfunc | None = None
        if _is_importable("mlflow"):
            self._load_pyfunc(path, metadata)
        else:
            self._load_flavor(path, metadata)
        self._warm_up(path)

    def decode(self, request: ScoringRequest) -> ModelInput:
        """The table or the tensors of a body, with the signature enforced."""
        if request.infer is not None:
            given = tensor_input(request, self._declared)
        else:
            given = parse_model_input(request, self._declared)
        if self._pyfunc is not None:
            return self._pyfunc.check(given)
        return given._replace(data=_ordered(given.data, self._columns)) if self._columns else given

    def predict(self, given: ModelInput) -> Any:
        """What the model returns."""
        return self._predict(given.data) if self._pyfunc is None else self._pyfunc.predict(given)

    def encode(self, given: ModelInput, result: Any) -> ScoringAnswer:
        """Tensors for tensors; Azure's `input_data` gets the bare predictions, as in Azure; all else as in MLflow."""
        if given.form == "infer":
            return tensor_answer(given, result, self._outputs)
        predictions = predictions_value(result)
        is_bare = given.form in ("input_data", "chat")
        return ScoringAnswer("application/json", to_json(predictions if is_bare else {"predictions": predictions}))

    def _load_pyfunc(self, path: str, metadata: dict[str, Any]) -> None:
        if "python_function" not in metadata.get("flavors", {}):
            raise LoadFailed(
                f"The model has no python_function flavor; it has: {', '.join(metadata.get('flavors', {})) or 'none'}.",
                "Serve it with a scoring script that loads its flavor.",
            )
        try:
            self._pyfunc = Pyfunc(path)
        except (Exception, SystemExit) as error:
            raise LoadFailed(f"The model cannot be loaded: {type(error).__name__}: {error}", _hint(error)) from error
        self._declared = self._pyfunc.declared
        self.is_row_by_row = self._pyfunc.is_row_by_row
        self.description: dict[str, Any] = {"kind": "mlflow", "mlflowVersion": self._pyfunc.mlflow_version}

    def _load_flavor(self, path: str, metadata: dict[str, Any]) -> None:
        flavor = metadata.get("flavors", {}).get("sklearn")
        if flavor is None or not _is_importable("pandas"):
            raise LoadFailed(
                "The deployment's environment does not have mlflow.",
                "Add mlflow-skinny and the model's own requirements to the environment.",
            )
        try:
            with open(os.path.join(path, flavor["pickled_model"]), "rb") as file:
                model = pickle.load(file)
        except Exception as error:
            raise LoadFailed(f"The model cannot be loaded: {type(error).__name__}: {error}", _hint(error)) from error
        self._declared = InputSchema(None, None)
        self._predict: Callable[[Any], Any] = model.predict
        self.description = {"kind": "sklearn"}

    def _warm_up(self, path: str) -> None:
        """Answers the example saved with the model, so that the first client does not pay for lazy imports."""
        try:
            with open(os.path.join(path, "serving_input_example.json"), "rb") as file:
                example = file.read()
        except OSError:
            return
        try:
            answer(self, ScoringRequest("application/json", example, {}))
        except Exception as error:
            print(f"The warm-up request failed: {type(error).__name__}: {error}", file=sys.stderr)


def _columns_of(metadata: dict[str, Any]) -> list[dict[str, Any]]:
    """The named, required columns of the signature; none for tensors and for models without one."""
    inputs: str | None = (metadata.get("signature") or {}).get("inputs")
    columns = json.loads(inputs) if inputs else []
    return [column for column in columns if isinstance(column.get("name"), str) and isinstance(column.get("type"), str)]


def _output_names(metadata: dict[str, Any]) -> list[str]:
    outputs: str | None = (metadata.get("signature") or {}).get("outputs")
    return [one.get("name") or f"output-{at}" for at, one in enumerate(json.loads(outputs) if outputs else [])]


def _ordered(frame: Any, columns: list[dict[str, Any]]) -> Any:
    required = [column["name"] for column in columns if column.get("required", True)]
    missing = [name for name in required if name not in frame.columns]
    if missing:
        raise RequestRejected(f"Model is missing inputs {missing}.")
    for column in columns:
        if column["type"] != "string" and column["name"] in frame and str(frame[column["name"]].dtype) == "object":
            raise RequestRejected(f"Column {column['name']} must be {column['type']}; it holds other values.")
    return frame[[column["name"] for column in columns if column["name"] in frame]]


def _is_importable(name: str) -> bool:
    import importlib.util

    return importlib.util.find_spec(name) is not None


def _hint(error: BaseException) -> str:
    missing = getattr(error, "name", None) if isinstance(error, ImportError) else None
    if missing is None:
        return "The whole traceback is in the deployment's log."
    return f"Add the package that provides \"{missing}\" to the model's requirements or the deployment's environment."
