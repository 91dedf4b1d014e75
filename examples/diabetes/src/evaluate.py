"""Compares a new model with the one in use, on the same rows; the answer is true or false."""

import argparse

import mlflow
from diabetes import split
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from sklearn.metrics import mean_squared_error


def model_in_use(name: str):
    """The version with the alias champion, or None before the first registration."""
    try:
        return MlflowClient().get_model_version_by_alias(name, "champion")
    except MlflowException:
        return None


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--model-name", required=True)
    parser.add_argument("--test-size", type=float, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--is-better", required=True)
    arguments = parser.parse_args()

    _, x_test, _, y_test = split(arguments.data, arguments.test_size, arguments.seed)
    new_mse = mean_squared_error(y_test, mlflow.pyfunc.load_model(arguments.model).predict(x_test))
    champion = model_in_use(arguments.model_name)
    with mlflow.start_run():
        mlflow.log_metric("mse", new_mse)
        if champion is None:
            is_better = True
            print(f"test MSE {new_mse:.2f}; no model named {arguments.model_name} is in use yet")
        else:
            in_use = mlflow.pyfunc.load_model(f"models:/{arguments.model_name}@champion")
            mse_in_use = mean_squared_error(y_test, in_use.predict(x_test))
            mlflow.log_metric("mse_in_use", mse_in_use)
            is_better = bool(new_mse < mse_in_use)
            verdict = "better than" if is_better else "not better than"
            print(f"test MSE {new_mse:.2f}: {verdict} version {champion.version} in use ({mse_in_use:.2f})")
        mlflow.set_tag("is_better", is_better)
    with open(arguments.is_better, "w") as file:
        file.write("true" if is_better else "false")
