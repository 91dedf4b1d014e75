"""Trains on the diabetes data, logs and registers the model, and prints two rows with what the model makes of them."""

import json
import os
import sys

os.environ["MLFLOW_TRACKING_URI"] = sys.argv[1]

import cloudpickle
import mlflow
import numpy
import pandas
import sklearn
from mlflow.models import infer_signature
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge

features, target = load_diabetes(return_X_y=True, as_frame=True)
model = Ridge(alpha=0.4).fit(features, target)
location = {"name": "model"} if mlflow.__version__.startswith("3") else {"artifact_path": "model"}
versions = {
    "mlflow": mlflow,
    "scikit-learn": sklearn,
    "pandas": pandas,
    "numpy": numpy,
    "cloudpickle": cloudpickle,
}
with mlflow.start_run():
    mlflow.sklearn.log_model(
        model,
        **location,
        signature=infer_signature(features, model.predict(features)),
        input_example=features.head(2),
        registered_model_name="diabetes",
        # Given, so that no environment is searched for them.
        pip_requirements=[f"{name}=={module.__version__}" for name, module in versions.items()],
    )
columns, data = list(features.columns), features.head(2).values.tolist()
# A frame of its own: a slice of the training data lies otherwise in memory, and the last digit is rounded otherwise.
predictions = model.predict(pandas.DataFrame(data, columns=columns)).tolist()
print(json.dumps({"columns": columns, "data": data, "predictions": predictions}))
