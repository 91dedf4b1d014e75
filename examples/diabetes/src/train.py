"""Trains a Ridge regression and measures it on rows it has not seen."""

import argparse
import json

import mlflow
import mlflow.sklearn
import numpy
import pandas
import sklearn
from diabetes import split
from mlflow.models import infer_signature
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_squared_error, r2_score

# What the model needs where it is served: what it was trained with.
REQUIREMENTS = [
    f"mlflow-skinny=={mlflow.__version__}",
    f"scikit-learn=={sklearn.__version__}",
    f"pandas=={pandas.__version__}",
    f"numpy=={numpy.__version__}",
]

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--alpha", type=float, required=True)
    parser.add_argument("--test-size", type=float, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--metrics", required=True)
    arguments = parser.parse_args()

    x_train, x_test, y_train, y_test = split(arguments.data, arguments.test_size, arguments.seed)
    model = Ridge(alpha=arguments.alpha).fit(x_train, y_train)
    predicted = model.predict(x_test)
    metrics = {"mse": mean_squared_error(y_test, predicted), "r2": r2_score(y_test, predicted)}

    with mlflow.start_run():
        mlflow.log_params({"alpha": arguments.alpha, "test_size": arguments.test_size, "seed": arguments.seed})
        mlflow.log_metrics(metrics)
    signature = infer_signature(x_train, model.predict(x_train))
    mlflow.sklearn.save_model(
        model, arguments.model, signature=signature, input_example=x_train.head(2), pip_requirements=REQUIREMENTS
    )
    with open(arguments.metrics, "w") as file:
        json.dump(metrics, file)
    print(f"alpha {arguments.alpha}: test MSE {metrics['mse']!r}, R2 {metrics['r2']:.4f}")
