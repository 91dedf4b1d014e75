"""A scoring script as Azure ML runs it: init() once, run() for each request."""

import json
import os

import mlflow.pyfunc
import pandas as pd

FEATURES = ["age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"]
model = None


def init() -> None:
    """Loads the model that was deployed."""
    global model
    model = mlflow.pyfunc.load_model(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model"))


def run(raw_data: str) -> dict:
    """Takes {"data": [[ten numbers], ...]} and gives {"result": [one number a row]}."""
    rows = pd.DataFrame(json.loads(raw_data)["data"], columns=FEATURES)
    return {"result": model.predict(rows).tolist()}
