"""Large files in parts, when the client is told to: up through the multipart calls, down in ranges."""

import hashlib
import os
import pathlib
import tempfile

os.environ["MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD"] = "true"
os.environ["MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD"] = "true"
os.environ["MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE"] = "1000000"
os.environ["MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE"] = "1000000"
os.environ["MLFLOW_MULTIPART_DOWNLOAD_CHUNK_SIZE"] = "700000"

import expect  # noqa: E402, F401

import mlflow  # noqa: E402
from mlflow import MlflowClient  # noqa: E402
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository  # noqa: E402

client = MlflowClient()
mlflow.set_experiment("e2e artifacts in parts")
with tempfile.TemporaryDirectory() as folder, mlflow.start_run() as run:
    bytes_of = os.urandom(5_300_000)
    file = pathlib.Path(folder, "big model.bin")
    file.write_bytes(bytes_of)
    mlflow.log_artifact(str(file), "model")
    listed = client.list_artifacts(run.info.run_id, "model")
    assert [(f.path, f.file_size) for f in listed] == [("model/big model.bin", 5_300_000)], listed
    target = pathlib.Path(folder, "target")
    target.mkdir()
    down = client.download_artifacts(run.info.run_id, "model/big model.bin", str(target))
    assert hashlib.sha256(pathlib.Path(down).read_bytes()).digest() == hashlib.sha256(bytes_of).digest()

    repository = get_artifact_repository(run.info.artifact_uri)
    upload = repository.create_multipart_upload(str(file), 3, "model")
    repository.abort_multipart_upload(str(file), upload.upload_id, "model")
    assert len(upload.credentials) == 3
