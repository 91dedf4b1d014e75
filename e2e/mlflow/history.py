"""Makes a history with the client: runs, metrics, artifacts, a dataset, a logged model, a registered model.

Usage: history.py URL make | look -- look prints what a store holds, without ids and places of its own.
"""

import json
import os
import sys
import tempfile

# Folders are read too, when the client is told so.
os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"

import mlflow
from mlflow import MlflowClient, set_registry_uri, set_tracking_uri
from mlflow.entities import Dataset, DatasetInput, InputTag

START = 1_700_000_000_000


def make(client: MlflowClient) -> None:
    experiment = client.create_experiment("history", tags={"team": "blue"})
    run_ids = [make_run(client, experiment, index) for index in range(4)]
    make_traces(experiment)
    client.delete_run(run_ids[3])
    client.create_registered_model("clf", tags={"k": "v"}, description="about")
    for run_id in run_ids[:3]:
        source = f"{client.get_run(run_id).info.artifact_uri}/model"
        client.create_model_version("clf", source, run_id, tags={"q": "1"}, description="d")
    client.delete_model_version("clf", "2")
    client.transition_model_version_stage("clf", "1", "Staging")
    client.set_registered_model_alias("clf", "champion", "3")
    client.create_experiment("gone")
    client.delete_experiment(client.get_experiment_by_name("gone").experiment_id)


def make_traces(experiment: str) -> None:
    mlflow.set_experiment(experiment_id=experiment)

    @mlflow.trace(span_type="RETRIEVER", attributes={"depth": 3, "share": 0.5, "words": ["a", "b"]})
    def find(question):
        return [question, {"n": 1}]

    @mlflow.trace(name="answer")
    def answer(question):
        mlflow.update_current_trace(tags={"kind": question})
        if question == "bad":
            raise ValueError("no answer")
        return find(question)

    answer("plain")
    asked = mlflow.get_last_active_trace_id()
    mlflow.flush_trace_async_logging()
    mlflow.log_feedback(trace_id=asked, name="good", value=True, rationale="why not")
    mlflow.log_expectation(trace_id=asked, name="expected", value={"text": "x"})
    try:
        answer("bad")
    except ValueError:
        pass
    mlflow.flush_trace_async_logging()
    client = MlflowClient()
    client.set_trace_tag(asked, "later", "yes")


def make_run(client: MlflowClient, experiment: str, index: int) -> str:
    run = client.create_run(experiment, run_name=f"run {index}", tags={"note": f"n{index}"}, start_time=START + index)
    run_id = run.info.run_id
    for step in range(30):
        client.log_metric(run_id, "loss", 1 / (step + 1) + index, step=step, timestamp=START + step)
    client.log_metric(run_id, "val/acc", float("nan") if index == 2 else 0.5 + index / 10, timestamp=START)
    client.log_param(run_id, "alpha", str(index))
    client.log_param(run_id, "deep/param", "x" * 5000)
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(f"{folder}/model/data")
        for name, content in [("a.txt", b"hello"), ("model/MLmodel", b"{}"), ("model/data/big.bin", bytes(200_000))]:
            with open(f"{folder}/{name}", "wb") as file:
                file.write(content + bytes([index]))
        client.log_artifacts(run_id, folder)
    if index == 1:
        dataset = Dataset(name="d", digest="abc", source_type="local", source="{}")
        client.log_inputs(run_id, [DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])])
    client.set_terminated(run_id, "FAILED" if index == 0 else "FINISHED", end_time=START + 9000 + index)
    return run_id


def seen(client: MlflowClient) -> dict:
    """Everything a person would look for, by names."""
    experiment = client.get_experiment_by_name("history")
    runs = client.search_runs([experiment.experiment_id], run_view_type=3, order_by=["attributes.start_time ASC"])
    names = {run.info.run_id: run.info.run_name for run in runs}
    own = ("mlflow.", "sluice.")
    return {
        "experiment tags": {key: value for key, value in experiment.tags.items() if not key.startswith(own)},
        "gone": client.get_experiment_by_name("gone").lifecycle_stage,
        "runs": [run_seen(client, run, own) for run in runs],
        "traces": traces_seen(client, experiment.experiment_id),
        "versions": [
            [version.version, version.current_stage, list(version.aliases), version.tags, names.get(version.run_id)]
            for version in sorted(client.search_model_versions("name = 'clf'"), key=lambda one: int(one.version))
        ],
        "model": [client.get_registered_model("clf").description, client.get_registered_model("clf").tags],
    }


def traces_seen(client: MlflowClient, experiment_id: str) -> list:
    traces = client.search_traces(locations=[experiment_id], order_by=["timestamp_ms ASC"])
    return [trace_seen(trace) for trace in traces]


def trace_seen(trace) -> list:
    info = trace.info
    return [
        [info.trace_id, str(info.state), info.request_time, info.request_preview],
        {key: value for key, value in info.tags.items() if key != "mlflow.artifactLocation"},
        sorted((one.name, str(one.value), one.rationale, str(one.source.source_type)) for one in info.assessments),
        [
            [span.name, span.span_type, str(span.status.status_code), span.start_time_ns, span.end_time_ns]
            + [span.parent_id, span.inputs, span.outputs, span.get_attribute("words"), len(span.events)]
            for span in trace.data.spans
        ],
    ]


def run_seen(client: MlflowClient, run, own: tuple) -> dict:
    run_id, info = run.info.run_id, run.info
    history = {key: [str(point.value) for point in client.get_metric_history(run_id, key)] for key in run.data.metrics}
    with tempfile.TemporaryDirectory() as folder:
        active = info.lifecycle_stage == "active"
        data = client.download_artifacts(run_id, "model/data/big.bin", folder) if active else None
        size = [os.path.getsize(data), open(data, "rb").read()[-1]] if data else None
    inputs = [[one.dataset.name, one.dataset.digest, [tag.value for tag in one.tags]] for one in run.inputs.dataset_inputs]
    return {
        "name": info.run_name,
        "ended": [info.status, info.start_time, info.end_time, info.lifecycle_stage],
        "params": run.data.params,
        "tags": {key: value for key, value in run.data.tags.items() if not key.startswith(own)},
        "history": history,
        "artifact": size,
        "inputs": inputs,
    }


url, action = sys.argv[1:3]
set_tracking_uri(url)
set_registry_uri(url)
if action == "make":
    make(MlflowClient())
else:
    print(json.dumps(seen(MlflowClient()), sort_keys=True))
