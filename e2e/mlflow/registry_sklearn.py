"""A scikit-learn model from log_model to load_model("models:/name@alias"), whichever way the client stores it."""

import os
import tempfile

import expect  # noqa: F401

import mlflow
import numpy
from mlflow import MlflowClient
from sklearn.linear_model import Ridge

client = MlflowClient()
mlflow.set_experiment("e2e registry of scikit-learn")
is_3 = mlflow.__version__.startswith("3")
rows = numpy.array([[0.0, 1.0], [1.0, 0.0], [2.0, 2.0], [3.0, 1.0]])
targets = numpy.array([1.0, 2.0, 6.0, 7.0])


def train(alpha, **log):
    """Trains and logs a model; gives it with the id of its run."""
    location = {"name": "model"} if is_3 else {"artifact_path": "model"}
    with mlflow.start_run() as run:
        model = Ridge(alpha=alpha).fit(rows, targets)
        # Requirements are given, so that no environment is searched for them.
        mlflow.sklearn.log_model(
            model, **location, pip_requirements=["scikit-learn"], input_example=rows[:1], **log
        )
    return model, run.info.run_id


def loads_as(uri, model):
    """True when what loads from the URI predicts exactly as the model does, natively and as a pyfunc."""
    native = mlflow.sklearn.load_model(uri).predict(rows)
    general = mlflow.pyfunc.load_model(uri).predict(rows)
    return numpy.array_equal(native, model.predict(rows)) and numpy.array_equal(general, native)


first, first_run = train(0.1)
version = mlflow.register_model(f"runs:/{first_run}/model", "ridge", tags={"alpha": "0.1"})
assert (version.name, version.tags) == ("ridge", {"alpha": "0.1"}), version
assert (str(version.version), version.run_id) == ("1", first_run), version
second, second_run = train(5.0, registered_model_name="ridge")
assert client.get_model_version("ridge", "2").run_id == second_run

client.set_registered_model_alias("ridge", "champion", "1")
assert loads_as("models:/ridge@champion", first)
assert loads_as("models:/ridge/2", second)
assert loads_as("models:/ridge/latest", second)
assert not loads_as("models:/ridge/1", second)
client.set_registered_model_alias("ridge", "champion", "2")
assert loads_as("models:/ridge@champion", second)
client.transition_model_version_stage("ridge", "1", "Production")
assert loads_as("models:/ridge/Production", first)

copied = client.copy_model_version("models:/ridge/1", "ridge-prod")
assert (copied.name, str(copied.version), copied.run_id) == ("ridge-prod", "1", first_run), copied
assert loads_as("models:/ridge-prod/1", first)
again = client.copy_model_version("models:/ridge-prod/1", "ridge-copy")
assert loads_as(f"models:/ridge-copy/{again.version}", first)

with tempfile.TemporaryDirectory() as folder:
    path = mlflow.artifacts.download_artifacts("models:/ridge@champion", dst_path=folder)
    assert {"MLmodel", "conda.yaml", "requirements.txt"} <= set(os.listdir(path)), os.listdir(path)
info = mlflow.models.get_model_info("models:/ridge/1")
assert {"python_function", "sklearn"} <= set(info.flavors) and info.signature is not None

if is_3:
    logged = mlflow.get_logged_model(info.model_id)
    assert '"ridge"' in logged.tags["mlflow.modelVersions"], logged.tags
