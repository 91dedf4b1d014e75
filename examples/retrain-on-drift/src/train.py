"""Trains a Ridge regression and measures it on rows it has not seen."""

import argparse

import mlflow
import mlflow.sklearn
import numpy
import pandas
import sklearn
from mlflow.models import infer_signature
from progression import split
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_squared_error

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
    parser.add_argument("--model", required=True)
    arguments = parser.parse_args()

    x_train, x_test, y_train, y_test = split(arguments.data)
    model = Ridge(alpha=arguments.alpha).fit(x_train, y_train)
    mse = mean_squared_error(y_test, model.predict(x_test))
    with mlflow.start_run():
        mlflow.log_params({"alpha": arguments.alpha, "rows": len(x_train) + len(x_test)})
        mlflow.log_metric("mse", mse)
    signature = infer_signature(x_train, model.predict(x_train))
    mlflow.sklearn.save_model(
        model, arguments.model, signature=signature, input_example=x_train.head(2), pip_requirements=REQUIREMENTS
    )
    print(f"{len(x_train)} rows, alpha {arguments.alpha}: test MSE {mse:.2f}")
