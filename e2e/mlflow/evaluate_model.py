"""`evaluate` of a model, as both generations have it: metrics, a table, plots and what they are of."""

import expect  # noqa: F401

import mlflow
import numpy as np
import pandas as pd
from mlflow import MlflowClient
from mlflow.models import infer_signature
from sklearn.linear_model import LogisticRegression

# The last of MLflow 2 has it at the top, MLflow 3 below `models`.
evaluate = mlflow.models.evaluate if int(mlflow.__version__.split(".")[0]) >= 3 else mlflow.evaluate

client = MlflowClient()
mlflow.set_experiment("e2e evaluate a model")
random = np.random.default_rng(7)
frame = pd.DataFrame(random.normal(size=(120, 3)), columns=["a", "b", "c"])
frame["label"] = (frame["a"] + frame["b"] > 0).astype(int)
features = frame[["a", "b", "c"]]
model = LogisticRegression().fit(features, frame["label"])
data = mlflow.data.from_pandas(frame, source="memory", targets="label", name="points")

with mlflow.start_run() as run:
    signature = infer_signature(features, model.predict(features))
    logged = mlflow.sklearn.log_model(model, "model", signature=signature, input_example=features[:2])
    result = evaluate(
        logged.model_uri,
        data,
        model_type="classifier",
        evaluators="default",
        evaluator_config={"log_model_explainability": False},
        extra_metrics=[
            mlflow.metrics.make_metric(
                eval_fn=lambda predictions, targets, metrics: float((predictions == targets).mean()),
                greater_is_better=True,
                name="share_right",
            )
        ],
    )

run = client.get_run(run.info.run_id)
for name in ["accuracy_score", "f1_score", "roc_auc", "log_loss", "share_right"]:
    assert run.data.metrics[name] == result.metrics[name], (name, run.data.metrics, result.metrics)
assert run.data.metrics["accuracy_score"] > 0.9, run.data.metrics
assert run.data.metrics["share_right"] == run.data.metrics["accuracy_score"]
names = {file.path for file in client.list_artifacts(run.info.run_id)}
assert {"confusion_matrix.png", "roc_curve_plot.png"} <= names, names
assert [one.dataset.name for one in run.inputs.dataset_inputs] == ["points"], run.inputs
confusion = client.download_artifacts(run.info.run_id, "confusion_matrix.png")
assert open(confusion, "rb").read(4) == b"\x89PNG"

# A table of texts beside a model: no model is loaded, the predictions are there.
texts = pd.DataFrame({"question": ["a", "b"], "answer": ["one", "two"], "truth": ["one", "three"]})
with mlflow.start_run() as judged:
    tabled = evaluate(
        data=texts,
        predictions="answer",
        targets="truth",
        extra_metrics=[mlflow.metrics.exact_match()],
        evaluators="default",
    )
assert client.get_run(judged.info.run_id).data.metrics["exact_match/v1"] == 0.5
assert tabled.metrics["exact_match/v1"] == 0.5

# Tables of several runs, found by the tag that says which have one.
for n in range(2):
    with mlflow.start_run():
        mlflow.log_table({"n": [n, n + 10]}, "numbers.json")
assert sorted(mlflow.load_table("numbers.json")["n"]) == [0, 1, 10, 11]
