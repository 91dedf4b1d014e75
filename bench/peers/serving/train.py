"""Trains Ridge on the diabetes data and saves it as a pickle and as an MLflow model; argv: the folder to make."""

import json
import pickle
import sys
from pathlib import Path

import mlflow
import numpy
import pandas
import sklearn
from mlflow.models import infer_signature
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge

folder = Path(sys.argv[1])
features, target = load_diabetes(return_X_y=True, as_frame=True)
# MLServer's scikit-learn runtime hands over arrays, all others frames.
model = Ridge(alpha=0.4).fit(features.values, target)
named = Ridge(alpha=0.4).fit(features, target)
folder.mkdir(parents=True)
(folder / "model.pkl").write_bytes(pickle.dumps(model))
(folder / "named.pkl").write_bytes(pickle.dumps(named))
versions = {"mlflow": mlflow, "scikit-learn": sklearn, "pandas": pandas, "numpy": numpy}
mlflow.sklearn.save_model(
    named,
    folder / "mlflow",
    serialization_format="cloudpickle",
    signature=infer_signature(features, named.predict(features)),
    input_example=features.head(2),
    pip_requirements=[f"{name}=={module.__version__}" for name, module in versions.items()] + ["cloudpickle"],
)
rows = features.values.tolist()
content = {
    "columns": list(features.columns),
    "rows": rows,
    "predictions": model.predict(features.values).tolist(),
    "versions": {name: module.__version__ for name, module in versions.items()},
}
(folder / "rows.json").write_text(json.dumps(content))
