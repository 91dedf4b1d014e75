"""Trains a Ridge regression and measures it on rows it has not seen: one trial of a sweep."""

import argparse
import os

import joblib
import mlflow
import numpy
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--alpha", type=float, required=True)
    parser.add_argument("--scale", choices=["none", "standard"], required=True)
    parser.add_argument("--model", required=True)
    arguments = parser.parse_args()

    rows = numpy.loadtxt(arguments.data, delimiter=",", skiprows=1)
    x_train, x_test, y_train, y_test = train_test_split(rows[:, :-1], rows[:, -1], test_size=0.2, random_state=0)
    ridge = Ridge(alpha=arguments.alpha)
    model = make_pipeline(StandardScaler(), ridge) if arguments.scale == "standard" else ridge
    mse = float(mean_squared_error(y_test, model.fit(x_train, y_train).predict(x_test)))

    # The sweep reads the metric of exactly this name.
    mlflow.log_metric("mse", mse)
    joblib.dump(model, os.path.join(arguments.model, "model.joblib"))
    print(f"alpha {arguments.alpha}, scale {arguments.scale}: test MSE {mse!r}")
