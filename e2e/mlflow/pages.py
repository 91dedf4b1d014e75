"""What the pages are to show; prints where it is."""

import json

from expect import refused  # noqa: F401  (sets the server's address)

import mlflow
from mlflow import MlflowClient

client = MlflowClient()
experiment = mlflow.set_experiment("seen in the pages").experiment_id
with mlflow.start_run(run_name="a run of the pages") as run:
    mlflow.log_params({"alpha": 1})
    for step in range(20):
        mlflow.log_metric("loss", 1 / (step + 1), step=step)
    mlflow.log_text("hello", "notes/hello.txt")
client.create_registered_model("paged")
client.create_model_version("paged", f"runs:/{run.info.run_id}/notes", run.info.run_id)
client.set_registered_model_alias("paged", "champion", "1")
mlflow.genai.register_prompt("a-prompt", "Hi {{name}}")
with mlflow.start_span("span") as span:
    span.set_inputs("asked by the pages")
mlflow.flush_trace_async_logging()
print(json.dumps({"experiment": experiment, "run": run.info.run_id}))
