"""Writes down what the best trial found."""

import argparse
import json
import os

import joblib

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--report", required=True)
    arguments = parser.parse_args()

    model = joblib.load(os.path.join(arguments.model, "model.joblib"))
    ridge = model[-1] if hasattr(model, "steps") else model
    with open(arguments.report, "w") as file:
        json.dump({"alpha": ridge.alpha, "coefficients": ridge.coef_.tolist()}, file)
    print(f"the best alpha is {ridge.alpha}")
