"""Tasks of type `model`: an MLflow model takes the place of the entry script.

Rows of a table are predicted as they are. Files are read as tables by their extension (csv, tsv, parquet, json, jsonl)
and each row of the result says where it is from: row, prediction, file.
"""

from __future__ import annotations

import os
import pickle
from typing import Any

from .entry import MiniBatchContext


class ModelEntry:
    """Predicts mini-batches with the model in a folder."""

    #: One file gives many rows: it succeeded when it could be read and predicted.
    counts_results = False

    def __init__(self, path: str) -> None:
        self._path = path
        self._model: Any = None

    def init(self) -> None:
        """By mlflow; where the environment has none, the pickle of the scikit-learn flavor."""
        try:
            import mlflow.pyfunc
        except ImportError:
            with open(os.path.join(self._path, _pickle_of(self._path)), "rb") as file:
                self._model = pickle.load(file)
            return
        self._model = mlflow.pyfunc.load_model(self._path)

    def run(self, mini_batch: Any, _: MiniBatchContext) -> Any:
        if not isinstance(mini_batch, list):
            return self._model.predict(mini_batch)
        return [row for file in mini_batch for row in self._rows_of(file)]

    def shutdown(self) -> None:
        """A model has nothing to put away."""

    def _rows_of(self, file: str) -> list[list[Any]]:
        predictions = self._model.predict(_table(file))
        values = predictions.values if hasattr(predictions, "values") else predictions
        name = os.path.basename(file)
        rows = values.tolist() if hasattr(values, "tolist") else list(values)
        return [
            [index, *(value if isinstance(value, (list, tuple)) else [value]), name] for index, value in enumerate(rows)
        ]


def _pickle_of(path: str) -> str:
    """Where the scikit-learn flavor keeps its pickle."""
    from ..tables.simple_yaml import YamlMistake, parse_yaml

    try:
        with open(os.path.join(path, "MLmodel"), encoding="utf8") as stream:
            return str(parse_yaml(stream.read())["flavors"]["sklearn"]["pickled_model"])
    except (OSError, YamlMistake, KeyError, TypeError):
        return "model.pkl"


def _table(file: str) -> Any:
    import pandas

    extension = os.path.splitext(file)[1].lower()
    if extension in (".csv", ".tsv", ".txt"):
        return pandas.read_csv(file, sep="\t" if extension == ".tsv" else ",")
    if extension in (".parquet", ".pq"):
        return pandas.read_parquet(file)
    if extension in (".json", ".jsonl", ".ndjson"):
        return pandas.read_json(file, lines=extension != ".json")
    raise ValueError(f"{file} is no table that a model task can read: use csv, tsv, parquet, json or jsonl.")
