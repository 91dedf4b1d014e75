"""What a client sees of what the server does not have: an exception that names the path and 404."""

from expect import refused

import mlflow
from mlflow import MlflowClient

client = MlflowClient()
experiment = mlflow.set_experiment("e2e not served").experiment_id
store = client._tracking_client.store

for path, call in [
    ("/api/3.0/mlflow/gateway/", store.list_gateway_endpoints),
    ("/api/3.0/mlflow/issues", lambda: store.search_issues(experiment)),
    ("/api/3.0/mlflow/label-schemas/", lambda: store.list_label_schemas(experiment)),
    ("/api/3.0/mlflow/review-queues/", lambda: store.list_review_queues(experiment)),
    ("/api/3.0/mlflow/mcp-servers", lambda: mlflow.genai.search_mcp_servers()),
]:
    refused(call, "404")
    refused(call, path)
# Workspaces are asked for at server-info first.
refused(lambda: client.create_workspace("other"), "workspace")
