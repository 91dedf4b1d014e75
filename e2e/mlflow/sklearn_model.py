"""scikit-learn through the real client: autologging, a model with signature and example, loaded again."""

import json

import expect  # noqa: F401
import mlflow
import numpy
import pandas
import sklearn.metrics
from mlflow import MlflowClient
from mlflow.models import infer_signature
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split

client = MlflowClient()
mlflow.set_experiment("e2e sklearn")
x, y = load_diabetes(return_X_y=True, as_frame=True)
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.2, random_state=0)

# Autologging: parameters, metrics, the model with its files.
mlflow.sklearn.autolog()
with mlflow.start_run() as auto:
    model = Ridge(alpha=0.4).fit(x_train, y_train)
    mse = sklearn.metrics.mean_squared_error(y_test, model.predict(x_test))
mlflow.sklearn.autolog(disable=True)
run = client.get_run(auto.info.run_id)
assert run.data.params["alpha"] == "0.4", run.data.params
assert "training_mean_squared_error" in run.data.metrics, run.data.metrics
assert run.data.metrics["mean_squared_error_x_test"] == mse, (run.data.metrics, mse)
assert run.data.tags["estimator_name"] == "Ridge"
assert len(run.inputs.dataset_inputs) >= 1
loaded = mlflow.sklearn.load_model(f"runs:/{auto.info.run_id}/model")
assert numpy.array_equal(loaded.predict(x_test), model.predict(x_test))

# A model with signature and input example.
with mlflow.start_run() as named:
    location = {"name": "ridge"} if mlflow.__version__.startswith("3") else {"artifact_path": "ridge"}
    info = mlflow.sklearn.log_model(
        model, **location, signature=infer_signature(x_train, model.predict(x_train)), input_example=x_train.head(3)
    )
    mlflow.log_metric("mse", mse)
assert info.signature is not None and info.model_uuid
back = mlflow.pyfunc.load_model(info.model_uri)
# The schema lays the columns out anew, which changes the order of a sum.
assert numpy.allclose(back.predict(x_test), model.predict(x_test), rtol=1e-12)
assert back.metadata.signature == info.signature
example = mlflow.models.Model.load(info.model_uri).load_input_example()
assert isinstance(example, pandas.DataFrame) and numpy.allclose(example, x_train.head(3)), example
by_run = mlflow.pyfunc.load_model(f"runs:/{named.info.run_id}/ridge")
assert numpy.allclose(by_run.predict(x_test.head(2)), model.predict(x_test.head(2)), rtol=1e-12)

if mlflow.__version__.startswith("3"):
    logged = mlflow.get_logged_model(info.model_id)
    assert (logged.name, str(logged.status), logged.source_run_id) == ("ridge", "READY", named.info.run_id), logged
    outputs = client.get_run(named.info.run_id).outputs.model_outputs
    assert [output.model_id for output in outputs] == [info.model_id]
    assert {m.key: m.value for m in logged.metrics} in ({"mse": mse}, {}), logged.metrics
    client.set_logged_model_tags(info.model_id, {"stage": "draft", "gone": "1"})
    client.delete_logged_model_tag(info.model_id, "gone")
    found = mlflow.search_logged_models(filter_string="name = 'ridge' AND tags.stage = 'draft'", output_format="list")
    assert [m.model_id for m in found] == [info.model_id], found
    files = [f.path for f in mlflow.artifacts.list_artifacts(f"models:/{info.model_id}")]
    assert "MLmodel" in files or any(path.endswith("/MLmodel") for path in files), files
    client.log_model_params(info.model_id, {"later": "1"})
    assert mlflow.get_logged_model(info.model_id).params["later"] == "1"
    client.delete_logged_model(info.model_id)
    expect.refused(lambda: client.get_logged_model(info.model_id), "not found", "RESOURCE_DOES_NOT_EXIST")
else:
    history = json.loads(client.get_run(named.info.run_id).data.tags["mlflow.log-model.history"])
    assert [entry["artifact_path"] for entry in history] == ["ridge"], history
