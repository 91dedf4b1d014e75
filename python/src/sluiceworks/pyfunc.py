"""A loaded pyfunc, with mlflow's two steps of a prediction apart: its input is checked first, then predicted.

`mlflow.pyfunc.PyFuncModel.predict` enforces the signature and predicts in one call. Apart, a request that does not fit
is refused alone, before its rows meet those of others, and a request that fits exactly is not checked twice.
"""

from __future__ import annotations

import inspect
import os
import traceback
from typing import Any, Callable

from .double_rows import DoubleRows
from .model_inputs import InputSchema
from .scoring_types import ModelInput, RequestRejected
from .signature_mistakes import explain
from .sklearn_arrays import array_predict
from .table_schema import TableSchema

# Functions of mlflow that judge the input, not the model; an exception that passes through one is the client's.
_JUDGES = ("_validate_prediction_input", "_enforce_schema", "_enforce_params_schema")

# Loaders of libraries that predict each row from that row alone; a class of the user's own may do anything.
_ROW_BY_ROW = frozenset(
    f"mlflow.{name}"
    for name in ("sklearn", "xgboost", "lightgbm", "catboost", "onnx", "keras", "tensorflow", "pytorch")
)


class Pyfunc:
    """Raises what mlflow raises when the model cannot be loaded."""

    def __init__(self, path: str) -> None:
        import mlflow
        import mlflow.pyfunc

        # As `mlflow models serve` sets it; custom models convert their input by it.
        os.environ["_MLFLOW_IS_IN_SERVING_ENVIRONMENT"] = "true"
        model = mlflow.pyfunc.load_model(path)
        metadata = model.metadata
        schema = metadata.get_input_schema()
        # Made from type hints or for an example: the model converts its input itself, after it was parsed.
        is_typed = _tells(metadata, "_is_signature_from_type_hint")
        self.mlflow_version: str = mlflow.__version__
        self.is_row_by_row = getattr(model, "loader_module", None) in _ROW_BY_ROW
        self.declared = InputSchema(schema, TableSchema.of(schema), is_typed, _parameter_names(metadata))
        is_plain = not is_typed and not _tells(metadata, "_is_type_hint_from_example")
        self._model = model
        self._enforce = _enforcer(model) if is_plain else None
        self._predict = getattr(model, "_predict_fn", None) if is_plain else None
        self._predict_array = self._trusted_array_predict()
        self._takes_params = self._predict is not None and _has_parameter(self._predict, "params")

    def _trusted_array_predict(self) -> Callable[[Any], Any] | None:
        table = self.declared.table
        if self._predict is None or table is None:
            return None
        of_array, of_frame = array_predict(self._model, table.names), self._predict
        if of_array is None:
            return None
        is_equal = False

        def predict(values: Any) -> Any:
            # The first answer is made both ways: a version of the library that differs is found out.
            nonlocal is_equal
            result = of_array(values)
            if is_equal:
                return result
            expected = of_frame(table.frame(values))
            is_equal = type(result) is type(expected) and bool((result == expected).all())
            if not is_equal:
                self._predict_array = None
            return expected

        return predict

    def check(self, given: ModelInput) -> ModelInput:
        """Raises RequestRejected, naming the column, when it does not fit the signature."""
        if isinstance(given.data, DoubleRows):
            if self._enforce is not None and self._predict is not None:
                # Field by field: `_replace` takes longer than all else that is done here.
                return ModelInput(given.form, given.data, given.params, True, given.data.rows, given.wanted)
            given = given._replace(data=given.data.frame())
        if self._enforce is None or self._predict is None:
            return given
        table = self.declared.table
        is_fitting = table is not None and given.params is None and table.fits(given.data)
        if is_fitting and not self.declared.parameters:
            return given._replace(is_checked=True, rows=_rows_of(given.data))
        try:
            data, params = self._enforce(given.data, given.params)
        except Exception as error:
            raise RequestRejected(_reason(error, given.data, self.declared.schema)) from None
        # Parameters are of the request: its rows are predicted by themselves.
        rows = _rows_of(data) if given.params is None else None
        return given._replace(data=data, params=params, is_checked=True, rows=rows)

    def predict(self, given: ModelInput) -> Any:
        """Predicts what was checked, and lets mlflow check what could not be."""
        if given.is_checked and self._predict is not None:
            data = given.data
            if isinstance(data, DoubleRows):
                if self._predict_array is not None:
                    return self._predict_array(data.array())
                data = data.frame()
            return self._predict(data, params=given.params) if self._takes_params else self._predict(data)
        try:
            return self._model.predict(given.data, given.params) if given.params else self._model.predict(given.data)
        except Exception as error:
            if not _is_about_the_input(error):
                raise
            raise RequestRejected(_reason(error, given.data, self.declared.schema)) from None


def _enforcer(model: Any) -> Callable[[Any, Any], tuple[Any, Any]] | None:
    """What mlflow checks with; None in versions that have no such function."""
    import mlflow.pyfunc

    validate = getattr(mlflow.pyfunc, "_validate_prediction_input", None)
    if validate is None:
        return None
    metadata = model.metadata
    rest = [metadata.get_input_schema(), metadata.get_params_schema()]
    if _has_parameter(validate, "flavor"):
        rest.append(model.loader_module)
    return lambda data, params: validate(data, params, *rest)


def _has_parameter(function: Callable[..., Any], name: str) -> bool:
    parameter = inspect.signature(function).parameters.get(name)
    return parameter is not None and parameter.kind != inspect.Parameter.VAR_KEYWORD


def _tells(metadata: Any, name: str) -> bool:
    return bool(getattr(metadata, name, lambda: False)())


def _parameter_names(metadata: Any) -> list[str]:
    schema = getattr(metadata, "get_params_schema", lambda: None)()
    return [] if schema is None else [parameter.name for parameter in schema.params]


def _rows_of(data: Any) -> int | None:
    """Rows of a table or of one array; named tensors are predicted alone."""
    if hasattr(data, "iloc") or (hasattr(data, "shape") and getattr(data, "ndim", 0) > 0):
        return int(data.shape[0])
    return None


def _is_about_the_input(error: Exception) -> bool:
    return any(frame.name in _JUDGES for frame in traceback.extract_tb(error.__traceback__))


def _reason(error: Exception, data: Any, schema: Any) -> str:
    text = str(error)
    # MLflow puts the caller's data in front of the reason; only the reason leaves this process.
    reason = text.rpartition("Error: ")[2] if "Failed to enforce schema" in text else text
    return explain(reason, data, schema)
