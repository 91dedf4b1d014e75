"""Saves below a folder: regression.onnx (a matrix in, a column out), named.onnx (two inputs, two outputs), and what
scikit-learn predicts for two rows; logged/ is the regression in MLflow's onnx flavor."""

import json
import os
import sys
import warnings

warnings.filterwarnings("ignore")

import mlflow
import numpy
import onnx
import onnxruntime
import pandas
from mlflow.models import infer_signature
from onnx import TensorProto, helper
from skl2onnx import to_onnx
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge

folder = sys.argv[1]
features, target = load_diabetes(return_X_y=True)
features = features[:, :3].astype("float32")
model = Ridge(alpha=0.4).fit(features, target)
converted = to_onnx(model, features[:1])
onnx.save(converted, os.path.join(folder, "regression.onnx"))

values = helper.make_tensor_value_info
graph = helper.make_graph(
    [
        helper.make_node("Mul", ["count", "count"], ["square"]),
        helper.make_node("Identity", ["name"], ["same"]),
    ],
    "named",
    [values("count", TensorProto.INT64, ["rows", 1]), values("name", TensorProto.STRING, ["rows"])],
    [values("square", TensorProto.INT64, ["rows", 1]), values("same", TensorProto.STRING, ["rows"])],
)
named = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
onnx.save(named, os.path.join(folder, "named.onnx"))

packages = {"mlflow": mlflow, "onnx": onnx, "onnxruntime": onnxruntime, "numpy": numpy, "pandas": pandas}
mlflow.onnx.save_model(
    converted,
    os.path.join(folder, "logged"),
    signature=infer_signature(features[:1], model.predict(features[:1])),
    pip_requirements=[f"{name}=={module.__version__}" for name, module in packages.items()],
)
rows = features[:2]
print(json.dumps({"rows": rows.tolist(), "predictions": model.predict(rows).tolist()}))
