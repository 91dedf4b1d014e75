"""An MLflow model folder: loaded as a pyfunc; where the environment has no mlflow, by its scikit-learn flavor."""

from __future__ import annotations

import json
import os
import pickle
import sys
import traceback
from typing import Any, Callable

from .json_output import predictions_value, to_json
from .model_inputs import InputSchema, ModelInput, parse_model_input
from .scoring_types import LoadFailed, RequestRejected, ScoringAnswer, ScoringRequest
from .table_schema import TableSchema

# Functions of mlflow that judge the input, not the model; an exception that passes through one is the client's.
_JUDGES = ("_validate_prediction_input", "_enforce_schema", "_enforce_params_schema")


class MlflowModel:
    """A model that answers with what its `predict` returns."""

    def __init__(self, path: str, metadata: dict[str, Any]) -> None:
        self._columns = _columns_of(metadata)
        # Takes a frame that fits the signature; None where mlflow must look at every input.
        self._predict_fitting: Callable[[Any], Any] | None = None
        if _is_importable("mlflow"):
            self._load_pyfunc(path, metadata)
        else:
            self._load_flavor(path, metadata)
        self._warm_up(path)

    def answer(self, request: ScoringRequest) -> ScoringAnswer:
        """Azure's `input_data` is answered with the bare predictions, as Azure does; all else as MLflow does."""
        given = parse_model_input(request, self._declared)
        predictions = predictions_value(self._checked_predict(given))
        bare = given.form == "input_data"
        return ScoringAnswer("application/json", to_json(predictions if bare else {"predictions": predictions}))

    def _load_pyfunc(self, path: str, metadata: dict[str, Any]) -> None:
        import mlflow

        if "python_function" not in metadata.get("flavors", {}):
            raise LoadFailed(
                f"The model has no python_function flavor; it has: {', '.join(metadata.get('flavors', {})) or 'none'}.",
                "Serve it with a scoring script that loads its flavor.",
            )
        try:
            import mlflow.pyfunc

            model = mlflow.pyfunc.load_model(path)
        except (Exception, SystemExit) as error:
            raise LoadFailed(f"The model cannot be loaded: {type(error).__name__}: {error}", _hint(error)) from error
        schema = model.metadata.get_input_schema()
        self._declared = InputSchema(schema, TableSchema.of(schema))
        self._predict: Callable[..., Any] = model.predict
        self._predict_fitting = _unchecked_predict(model)
        self.description: dict[str, Any] = {"kind": "mlflow", "mlflowVersion": mlflow.__version__}

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
        self._predict = model.predict
        self.description = {"kind": "sklearn"}

    def _checked_predict(self, given: ModelInput) -> Any:
        if self._declared.schema is None and self._columns:
            return self._predict(_ordered(given.data, self._columns))
        if self._fits(given) and self._predict_fitting is not None:
            return self._predict_fitting(given.data)
        try:
            return self._predict(given.data) if given.params is None else self._predict(given.data, given.params)
        except Exception as error:
            if not _is_about_the_input(error):
                raise
            raise RequestRejected(self._signature_message(str(error))) from None

    def _fits(self, given: ModelInput) -> bool:
        table = self._declared.table
        is_table = given.form not in ("instances", "inputs")
        return table is not None and is_table and given.params is None and table.fits(given.data)

    def _signature_message(self, text: str) -> str:
        # MLflow puts the caller's data in front of the reason; only the reason leaves this process.
        reason = text.rpartition("Error: ")[2] if "Failed to enforce schema" in text else text
        expected = ", ".join(f"{column['name']} ({column['type']})" for column in self._columns)
        return reason + (f" The model expects: {expected}." if expected else "")

    def _warm_up(self, path: str) -> None:
        """Answers the example saved with the model, so that the first client does not pay for lazy imports."""
        try:
            with open(os.path.join(path, "serving_input_example.json"), "rb") as file:
                example = file.read()
        except OSError:
            return
        try:
            self.answer(ScoringRequest("application/json", example, {}))
        except Exception as error:
            print(f"The warm-up request failed: {type(error).__name__}: {error}", file=sys.stderr)


def _unchecked_predict(model: Any) -> Callable[[Any], Any] | None:
    """The model behind a pyfunc, for input that is known to fit its signature: mlflow's steps before it are skipped.

    None where they do more than check: parameters with defaults, signatures made from type hints, other versions of
    mlflow that keep the function elsewhere.
    """
    metadata = model.metadata
    predict = getattr(model, "_predict_fn", None)
    has_params = getattr(metadata, "get_params_schema", lambda: None)() is not None
    is_typed = any(
        getattr(metadata, name, lambda: False)()
        for name in ("_is_signature_from_type_hint", "_is_type_hint_from_example")
    )
    return None if has_params or is_typed or not callable(predict) else predict


def _columns_of(metadata: dict[str, Any]) -> list[dict[str, Any]]:
    """The named, required columns of the signature; none for tensors and for models without one."""
    inputs: str | None = (metadata.get("signature") or {}).get("inputs")
    columns = json.loads(inputs) if inputs else []
    return [column for column in columns if isinstance(column.get("name"), str) and isinstance(column.get("type"), str)]


def _ordered(frame: Any, columns: list[dict[str, Any]]) -> Any:
    required = [column["name"] for column in columns if column.get("required", True)]
    missing = [name for name in required if name not in frame.columns]
    if missing:
        raise RequestRejected(f"Model is missing inputs {missing}.")
    for column in columns:
        if column["type"] != "string" and column["name"] in frame and str(frame[column["name"]].dtype) == "object":
            raise RequestRejected(f"Column {column['name']} must be {column['type']}; it holds other values.")
    return frame[[column["name"] for column in columns if column["name"] in frame]]


def _is_about_the_input(error: Exception) -> bool:
    return any(frame.name in _JUDGES for frame in traceback.extract_tb(error.__traceback__))


def _is_importable(name: str) -> bool:
    import importlib.util

    return importlib.util.find_spec(name) is not None


def _hint(error: BaseException) -> str:
    missing = getattr(error, "name", None) if isinstance(error, ImportError) else None
    if missing is None:
        return "The whole traceback is in the deployment's log."
    return f"Add the package that provides \"{missing}\" to the model's requirements or the deployment's environment."
