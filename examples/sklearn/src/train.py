"""Trains one kind of classifier and says how good a cross-validation finds it."""

import argparse

import mlflow
import mlflow.sklearn
import numpy
import pandas
import sklearn
from mlflow.models import infer_signature
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

# What the model needs where it is served: what it was trained with.
REQUIREMENTS = [
    f"mlflow-skinny=={mlflow.__version__}",
    f"scikit-learn=={sklearn.__version__}",
    f"pandas=={pandas.__version__}",
    f"numpy=={numpy.__version__}",
]


def classifier(kind, complexity, seed):
    """From 1, which can say little, upwards."""
    if kind == "logistic":
        return LogisticRegression(C=0.1 * 10 ** (complexity - 1), max_iter=1000, class_weight="balanced")
    if kind == "forest":
        return RandomForestClassifier(60, max_depth=2 * complexity, class_weight="balanced", random_state=seed)
    return HistGradientBoostingClassifier(max_depth=complexity, class_weight="balanced", random_state=seed)


def prepared():
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    categories = make_pipeline(
        SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    )
    return ColumnTransformer(
        [
            ("numbers", numbers, make_column_selector(dtype_include="number")),
            ("categories", categories, make_column_selector(dtype_exclude="number")),
        ]
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", required=True)
    parser.add_argument("--target", required=True)
    parser.add_argument("--kind", required=True)
    parser.add_argument("--complexity", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--model", required=True)
    arguments = parser.parse_args()

    rows = pandas.read_csv(arguments.rows)
    # As a request has them: a column of whole numbers in which a value is missing could not be one.
    x = rows.drop(columns=[arguments.target])
    x = x.astype({name: "float64" for name in x.select_dtypes("number").columns})
    y = rows[arguments.target]
    model = make_pipeline(prepared(), classifier(arguments.kind, arguments.complexity, arguments.seed))
    scores = cross_val_score(model, x, y, cv=5, scoring="balanced_accuracy")
    with mlflow.start_run():
        mlflow.log_params({"kind": arguments.kind, "complexity": arguments.complexity, "seed": arguments.seed})
        mlflow.log_metric("cv_balanced_accuracy", scores.mean())
    model.fit(x, y)
    mlflow.sklearn.save_model(
        model,
        arguments.model,
        signature=infer_signature(x, model.predict(x)),
        input_example=x.head(2),
        pip_requirements=REQUIREMENTS,
    )
    print(f"{arguments.kind} {arguments.complexity}: balanced accuracy {scores.mean():.4f}, from {scores.min():.4f} up")
