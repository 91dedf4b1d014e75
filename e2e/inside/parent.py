"""A step that speaks of its parent job: a tag and a metric there, a model here; then it waits to be canceled."""

import os
import sys

import mlflow

client = mlflow.MlflowClient()
parent = os.environ["AZUREML_ROOT_RUN_ID"]
client.set_tag(parent, "stage", "from inside")
client.log_metric(parent, "seen", 7.0)
with mlflow.start_run() as run:
    mlflow.log_metric("own", 1.0)
assert run.info.run_id == os.environ["AZUREML_RUN_ID"] != parent
assert os.environ["MLFLOW_TRACKING_TOKEN"] == os.environ["AZUREML_RUN_TOKEN"] == os.environ["SLUICE_TOKEN"]
client.create_registered_model("inside")
client.create_model_version("inside", f"runs:/{run.info.run_id}/model", run.info.run_id)
client.set_registered_model_alias("inside", "champion", 1)
with open(sys.argv[1], "w") as file:
    file.write(os.environ["SLUICE_TOKEN"])
