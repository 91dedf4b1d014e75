"""Artifacts through the real client: up, listed, down; nothing outside a run can be reached."""

import hashlib
import os
import pathlib
import tempfile

import expect  # noqa: F401

import mlflow
import requests
from mlflow import MlflowClient

client = MlflowClient()
mlflow.set_experiment("e2e artifacts")
url = os.environ["MLFLOW_TRACKING_URI"]

with tempfile.TemporaryDirectory() as folder, mlflow.start_run() as run:
    run_id = run.info.run_id
    local = pathlib.Path(folder, "local")
    (local / "deep" / "deeper").mkdir(parents=True)
    (local / "top.txt").write_text("top")
    (local / "deep" / "größe 100%.txt").write_text("odd name")
    (local / "deep" / "deeper" / "empty").write_bytes(b"")
    big = os.urandom(5_000_000)
    (local / "big.bin").write_bytes(big)

    mlflow.log_artifacts(str(local), artifact_path="all")
    mlflow.log_artifact(str(local / "top.txt"))
    mlflow.log_text("<b>text</b>", "notes/page.html")
    mlflow.log_dict({"a": [1, 2]}, "notes/data.json")

    listed = lambda path=None: [(f.path, f.is_dir, f.file_size) for f in client.list_artifacts(run_id, path)]
    assert listed() == [("all", True, None), ("notes", True, None), ("top.txt", False, 3)], listed()
    assert listed("all") == [("all/big.bin", False, 5_000_000), ("all/deep", True, None), ("all/top.txt", False, 3)], listed("all")
    # A size of 0 is left unset, as by MLflow.
    assert listed("all/deep/deeper") == [("all/deep/deeper/empty", False, None)]
    assert listed("top.txt") == [] and listed("none") == []
    assert len(requests.get(f"{url}/api/2.0/mlflow/artifacts/list", params={"run_id": run_id}).json()["files"]) == 3

    target = pathlib.Path(folder, "target")
    target.mkdir()
    down = pathlib.Path(client.download_artifacts(run_id, "", str(target)))
    assert hashlib.sha256((down / "all" / "big.bin").read_bytes()).digest() == hashlib.sha256(big).digest()
    assert (down / "all" / "deep" / "größe 100%.txt").read_text() == "odd name"
    assert (down / "all" / "deep" / "deeper" / "empty").read_bytes() == b""
    assert mlflow.artifacts.load_text(f"runs:/{run_id}/notes/page.html") == "<b>text</b>"
    assert mlflow.artifacts.load_dict(f"{run.info.artifact_uri}/notes/data.json") == {"a": [1, 2]}

    mlflow.log_text("second", "notes/page.html")
    assert mlflow.artifacts.load_text(f"runs:/{run_id}/notes/page.html") == "second"

    repo = mlflow.store.artifact.artifact_repository_registry.get_artifact_repository(run.info.artifact_uri)
    repo.delete_artifacts("all/deep")
    assert [path for path, _, _ in listed("all")] == ["all/big.bin", "all/top.txt"]

    proxy = f"{url}/api/2.0/mlflow-artifacts/artifacts"
    page = requests.get(f"{proxy}/{run.info.artifact_uri.split(':/')[1]}/notes/page.html")
    assert page.headers["content-type"].startswith("text/plain") and "attachment" in page.headers["content-disposition"]
    part = requests.get(f"{proxy}/{run.info.artifact_uri.split(':/')[1]}/all/big.bin", headers={"range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, big[100:200])
    for bad in ("..%2f..%2fx", "%252e%252e%252fx", "0/%5c..%5cx", "%2fetc%2fpasswd", "0/%00"):
        for method in ("GET", "PUT", "DELETE"):
            answer = requests.request(method, f"{proxy}/{bad}", data=b"x" if method == "PUT" else None)
            assert answer.status_code == 400, (method, bad, answer.status_code)
            assert answer.json()["error_code"] == "INVALID_PARAMETER_VALUE"
