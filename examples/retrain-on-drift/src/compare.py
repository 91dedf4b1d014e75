"""Compares a new model with the one in use, on the same rows; cancels the whole job when it is not better by the margin."""

import argparse
import json
import os
import subprocess
import time

import mlflow
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from progression import split
from sklearn.metrics import mean_squared_error


def model_in_use(name: str):
    """The version with the alias champion, or None before the first registration."""
    try:
        return MlflowClient().get_model_version_by_alias(name, "champion")
    except MlflowException:
        return None


def cancel_job(reason: str) -> None:
    """Ends the job that this step belongs to, this step included."""
    subprocess.run(["sluice", "job", "cancel", os.environ["AZUREML_ROOT_RUN_ID"], "--reason", reason], check=True)
    time.sleep(600)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--model-name", required=True)
    parser.add_argument("--margin", type=float, required=True)
    parser.add_argument("--comparison", required=True)
    arguments = parser.parse_args()

    _, x_test, _, y_test = split(arguments.data)
    compared = {"mse": mean_squared_error(y_test, mlflow.pyfunc.load_model(arguments.model).predict(x_test))}
    champion = model_in_use(arguments.model_name)
    if champion is not None:
        in_use = mlflow.pyfunc.load_model(f"models:/{arguments.model_name}/{champion.version}")
        compared["mse_in_use"] = mean_squared_error(y_test, in_use.predict(x_test))
        compared["version_in_use"] = int(champion.version)
    with mlflow.start_run():
        mlflow.log_metrics(compared)
    with open(arguments.comparison, "w") as file:
        json.dump(compared, file)

    if champion is None:
        print(f"test MSE {compared['mse']:.2f}; no model named {arguments.model_name} is in use yet")
    else:
        limit = compared["mse_in_use"] * (1 - arguments.margin)
        verdict = (
            f"test MSE {compared['mse']:.2f}, version {champion.version} in use {compared['mse_in_use']:.2f}; "
            f"to be better by {arguments.margin:.0%} it must be below {limit:.2f}"
        )
        print(verdict, flush=True)
        if not compared["mse"] < limit:
            cancel_job(f"not better: {verdict}")
