import os

import mlflow
from mlflow.models import infer_signature

print(mlflow.get_tracking_uri(), mlflow.active_run(), os.environ["MLFLOW_RUN_ID"])
print(infer_signature([1.5], [2.5]))
