"""Tests a classifier on rows that it has not seen, against always saying the most frequent class."""

import argparse
import json

import mlflow
import mlflow.sklearn
import pandas
from sklearn.metrics import accuracy_score, balanced_accuracy_score, confusion_matrix

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", required=True)
    parser.add_argument("--target", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--metrics", required=True)
    parser.add_argument("--is-useful", required=True)
    arguments = parser.parse_args()

    rows = pandas.read_csv(arguments.rows)
    y = rows.pop(arguments.target)
    predicted = mlflow.sklearn.load_model(arguments.model).predict(rows)
    metrics = {"accuracy": accuracy_score(y, predicted), "balanced_accuracy": balanced_accuracy_score(y, predicted)}
    classes = sorted(y.unique())
    with mlflow.start_run():
        mlflow.log_metrics(metrics)
    with open(arguments.metrics, "w") as file:
        json.dump(metrics, file)
    with open(arguments.is_useful, "w") as file:
        file.write("true" if metrics["balanced_accuracy"] > 1 / len(classes) + 0.05 else "false")
    print(pandas.DataFrame(confusion_matrix(y, predicted, labels=classes), classes, classes).to_string())
    print(f"balanced accuracy {metrics['balanced_accuracy']:.4f}; always the most frequent class: {1 / len(classes):.4f}")
