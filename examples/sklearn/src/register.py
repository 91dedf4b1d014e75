"""Registers a model as the next version of its name and makes it the one in use."""

import argparse
import json

import mlflow
from mlflow import MlflowClient

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--metrics", required=True)
    parser.add_argument("--model-name", required=True)
    arguments = parser.parse_args()

    with open(arguments.metrics) as file:
        metrics = json.load(file)
    with mlflow.start_run() as run:
        mlflow.log_artifacts(arguments.model, "model")
        mlflow.log_metrics(metrics)
    tags = {name: str(value) for name, value in metrics.items()}
    version = mlflow.register_model(f"runs:/{run.info.run_id}/model", arguments.model_name, tags=tags)
    MlflowClient().set_registered_model_alias(arguments.model_name, "champion", version.version)
    print(f"registered {arguments.model_name} version {version.version}, now the champion")
