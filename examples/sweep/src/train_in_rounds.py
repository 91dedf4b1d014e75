"""Trains by stochastic gradient descent and logs the error after every round, so that a sweep can end it early."""

import argparse
import time

import mlflow
import numpy
from sklearn.linear_model import SGDRegressor
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--learning-rate", type=float, required=True)
    arguments = parser.parse_args()

    rows = numpy.loadtxt(arguments.data, delimiter=",", skiprows=1)
    x_train, x_test, y_train, y_test = train_test_split(rows[:, :-1], rows[:, -1], test_size=0.2, random_state=0)
    scaler = StandardScaler().fit(x_train)
    model = SGDRegressor(learning_rate="constant", eta0=arguments.learning_rate, random_state=0)
    for step in range(arguments.rounds):
        model.partial_fit(scaler.transform(x_train), y_train)
        mse = float(mean_squared_error(y_test, model.predict(scaler.transform(x_test))))
        mlflow.log_metric("mse", mse, step=step)
        time.sleep(0.1)  # A real model would take longer.
    print(f"learning rate {arguments.learning_rate}: test MSE {mse!r} after {arguments.rounds} rounds")
