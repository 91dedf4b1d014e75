"""Loading the model that a description names: behind an endpoint and in a package of its own."""

from __future__ import annotations

from typing import Any

from .scoring_types import LoadedModel


def load_model(model: dict[str, Any]) -> LoadedModel:
    """`{kind: script, appRoot, script}` or `{kind: mlflow, path, metadata}`. Raises LoadFailed for what is known."""
    if model["kind"] == "script":
        from .score_script import ScoreScript

        return ScoreScript(model["appRoot"], model["script"])
    from .mlflow_model import MlflowModel

    return MlflowModel(model["path"], model["metadata"])
