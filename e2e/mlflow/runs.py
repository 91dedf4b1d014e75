"""Runs through the real client: what is logged comes back, what MLflow refuses is refused."""

import math
import time

from expect import pages, refused

import mlflow
import pandas
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag

client = MlflowClient()
mlflow.set_experiment("e2e runs")

# Nested runs, and what the fluent interface logs of itself.
with mlflow.start_run(run_name="parent", tags={"a": "b"}, description="why") as parent:
    mlflow.log_params({"lr": 0.1, "empty": "", "flag": True})
    mlflow.log_metrics({"acc": 0.5, "loss": 1e-300}, step=3)
    mlflow.set_tag("a", "c")
    mlflow.log_input(
        mlflow.data.from_pandas(pandas.DataFrame({"x": [1, 2]}), name="numbers"), context="training"
    )
    with mlflow.start_run(run_name="child", nested=True) as child:
        mlflow.log_metric("acc", 0.25)
run = client.get_run(parent.info.run_id)
assert (run.info.status, run.info.run_name, run.info.lifecycle_stage) == ("FINISHED", "parent", "active"), run.info
assert run.info.end_time >= run.info.start_time > 1_600_000_000_000
assert run.data.params == {"lr": "0.1", "empty": "", "flag": "True"}, run.data.params
assert run.data.metrics == {"acc": 0.5, "loss": 1e-300}, run.data.metrics
assert (run.data.tags["a"], run.data.tags["mlflow.note.content"]) == ("c", "why")
dataset = run.inputs.dataset_inputs[0]
assert (dataset.dataset.name, dataset.tags[0].value) == ("numbers", "training")
assert client.get_run(child.info.run_id).data.tags["mlflow.parentRunId"] == parent.info.run_id
children = mlflow.search_runs(
    output_format="list", filter_string=f"tags.mlflow.parentRunId = '{parent.info.run_id}'"
)
assert [found.info.run_id for found in children] == [child.info.run_id]
try:
    with mlflow.start_run() as failed:
        raise ValueError("a training that fails")
except ValueError:
    pass
assert client.get_run(failed.info.run_id).info.status == "FAILED"

# A run that is resumed, killed, renamed.
with mlflow.start_run(run_id=failed.info.run_id):
    assert client.get_run(failed.info.run_id).info.status == "RUNNING"
client.set_terminated(failed.info.run_id, "KILLED", end_time=77)
client.update_run(failed.info.run_id, name="renamed")
info = client.get_run(failed.info.run_id).info
assert (info.status, info.end_time, info.run_name) == ("KILLED", 77, "renamed")

# Metrics: histories, the latest, NaN and infinities, idempotence, paging.
run_id = client.create_run(run.info.experiment_id).info.run_id
for step, value in [(0, 1.5), (2, math.nan), (1, math.inf), (-1, -math.inf)]:
    client.log_metric(run_id, "m", value, timestamp=1000 + step, step=step)
history = {m.step: m.value for m in client.get_metric_history(run_id, "m")}
assert math.isnan(history.pop(2)), history
assert history == {0: 1.5, 1: 1.7976931348623157e308, -1: -1.7976931348623157e308}, history
assert math.isnan(client.get_run(run_id).data.metrics["m"])
metrics = [Metric("long", i / 3, 5, i) for i in range(1000)]
client.log_batch(run_id, metrics=metrics)
client.log_batch(run_id, metrics=metrics)
points = client.get_metric_history(run_id, "long")
assert sorted((p.step, p.value) for p in points) == [(i, i / 3) for i in range(1000)]
store = client._tracking_client.store
paged, count = pages(lambda page_token: store.get_metric_history(run_id, "long", max_results=300, page_token=page_token))
assert ([p.step for p in paged], count) == (list(range(1000)), 4)
assert client.get_metric_history(run_id, "never") == []

# A batch is all or nothing, and has limits.
client.log_batch(run_id, params=[Param(f"p{i}", str(i)) for i in range(100)], tags=[RunTag(f"t{i}", "x") for i in range(100)])
refused(lambda: client.log_param(run_id, "p1", "other"), "Changing param values is not allowed", "INVALID_PARAMETER_VALUE")
client.log_param(run_id, "p1", "1")
refused(lambda: client.log_batch(run_id, params=[Param("q", "1"), Param("q", "2")]), "Duplicate parameter keys")
refused(lambda: store.log_batch(run_id, [Metric("m", 1, 1, 0)] * 1001, [], []), "at most 1000 metrics")
refused(lambda: store.log_batch(run_id, [], [Param(f"q{i}", "") for i in range(101)], []), "at most 100 params")
refused(lambda: store.log_batch(run_id, [], [], [RunTag("big", "x" * 1_000_000)]), "at most 1000000 bytes")
assert "q" not in client.get_run(run_id).data.params

# Keys that are too long or odd are refused, long values are cut.
refused(lambda: client.log_param(run_id, "k" * 251, "v"), "250")
refused(lambda: client.set_tag(run_id, "k" * 251, "v"), "250")
refused(lambda: store.log_metric(run_id, Metric("a/../b", 1, 1, 0)), "must not resolve to other names")
refused(lambda: store.log_param(run_id, Param("/a", "1")), "must not resolve to other names")
refused(lambda: store.set_tag(run_id, RunTag("a,b", "1")), "Names may only contain alphanumerics")
client.log_param(run_id, "long", "x" * 9000)
client.set_tag(run_id, "long", "y" * 9000)
run = client.get_run(run_id)
assert (len(run.data.params["long"]), len(run.data.tags["long"])) == (6000, 8000)
client.set_tag(run_id, "Größe: 日本 a/b", "ä\n🎈")
assert client.get_run(run_id).data.tags["Größe: 日本 a/b"] == "ä\n🎈"
client.delete_tag(run_id, "long")
refused(lambda: client.delete_tag(run_id, "long"), "No tag with name: long", "RESOURCE_DOES_NOT_EXIST")

# A deleted run takes nothing, and comes back whole.
client.delete_run(run_id)
assert client.get_run(run_id).info.lifecycle_stage == "deleted"
refused(lambda: client.log_metric(run_id, "m", 1), "must be in the 'active' state", "INVALID_PARAMETER_VALUE")
client.restore_run(run_id)
client.log_metric(run_id, "m", 1)
refused(lambda: client.get_run("f" * 32), "not found", "RESOURCE_DOES_NOT_EXIST")

# Asynchronous logging arrives.
with mlflow.start_run() as quick:
    for step in range(50):
        mlflow.log_metric("async", step, step=step, synchronous=False)
    mlflow.flush_async_logging()
deadline = time.time() + 30
while len(client.get_metric_history(quick.info.run_id, "async")) < 50 and time.time() < deadline:
    time.sleep(0.1)
assert len(client.get_metric_history(quick.info.run_id, "async")) == 50
