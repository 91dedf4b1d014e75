"""Loading the model that a description names: behind an endpoint and in a package of its own."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from .scoring_types import LoadedModel


def load_model(model: dict[str, Any]) -> LoadedModel:
    """`{kind: script, appRoot, script, isOfAzure?}`, `{kind: onnx, path}` or `{kind: mlflow, path, metadata}`.

    Raises LoadFailed for what is known.
    """
    if model["kind"] == "script":
        if model.get("isOfAzure") and find_spec("azureml_inference_server_http") is not None:
            from .azure_script import AzureScript

            return AzureScript(model["appRoot"], model["script"])
        from .score_script import ScoreScript

        return ScoreScript(model["appRoot"], model["script"])
    if model["kind"] == "onnx":
        from .onnx_model import OnnxModel

        return OnnxModel(model["path"])
    from .mlflow_model import MlflowModel

    return MlflowModel(model["path"], model["metadata"])
