"""Eight threads log at once; all of it is there afterwards."""

from concurrent.futures import ThreadPoolExecutor

import expect  # noqa: F401
import mlflow
from mlflow import MlflowClient
from mlflow.entities import Metric

experiment = mlflow.set_experiment("e2e threads").experiment_id
shared = MlflowClient().create_run(experiment).info.run_id


def work(thread):
    client = MlflowClient()
    own = client.create_run(experiment, run_name=f"thread {thread}").info.run_id
    for step in range(20):
        client.log_metric(shared, "shared", thread, timestamp=step, step=step)
        client.log_batch(own, metrics=[Metric(f"m{i}", step, 1, step) for i in range(50)])
        client.log_param(shared, f"p{thread}_{step}", step)
    client.set_terminated(own)
    return own


with ThreadPoolExecutor(8) as pool:
    runs = list(pool.map(work, range(8)))
client = MlflowClient()
assert len(client.get_metric_history(shared, "shared")) == 160
assert len(client.get_run(shared).data.params) == 160
assert client.get_run(shared).data.metrics["shared"] == 7
for run_id in runs:
    run = client.get_run(run_id)
    assert run.info.status == "FINISHED" and run.data.metrics == {f"m{i}": 19 for i in range(50)}
