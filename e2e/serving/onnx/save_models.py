"""Saves below a folder: regression.onnx (a matrix in, a column out), named.onnx (two inputs, two outputs), and what
scikit-learn predicts for two rows; in MLflow's onnx flavor logged/ is the regression and pair/ a graph of two inputs,
of which the signature says doubles where the graph takes singles; loose/ is a graph that does not say how deep its input is."""

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
from mlflow.models import ModelSignature, infer_signature
from mlflow.types import Schema, TensorSpec
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


def model_of(graph):
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


onnx.save(model_of(graph), os.path.join(folder, "named.onnx"))

pair = helper.make_graph(
    [
        helper.make_node("Cast", ["b"], ["single"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["a", "single"], ["product"]),
        helper.make_node("Identity", ["b"], ["same"]),
    ],
    "pair",
    [values("a", TensorProto.FLOAT, ["rows", 2]), values("b", TensorProto.INT64, ["rows", 1])],
    [values("product", TensorProto.FLOAT, ["rows", 2]), values("same", TensorProto.INT64, ["rows", 1])],
)
square = [helper.make_node("Mul", ["x", "x"], ["square"])]
any_depth = [values(name, TensorProto.FLOAT, None) for name in ("x", "square")]
loose = helper.make_graph(square, "loose", any_depth[:1], any_depth[1:])
loose_signature = ModelSignature(Schema([TensorSpec(numpy.dtype("float32"), (-1, 2))]))
tensors = [TensorSpec(numpy.dtype("float64"), (-1, 2), "a"), TensorSpec(numpy.dtype("int64"), (-1, 1), "b")]

packages = {"mlflow": mlflow, "onnx": onnx, "onnxruntime": onnxruntime, "numpy": numpy, "pandas": pandas}
requirements = [f"{name}=={module.__version__}" for name, module in packages.items()]
for name, graph, signature in (
    ("logged", converted, infer_signature(features[:1], model.predict(features[:1]))),
    ("pair", model_of(pair), ModelSignature(Schema(tensors))),
    ("loose", model_of(loose), loose_signature),
):
    mlflow.onnx.save_model(graph, os.path.join(folder, name), signature=signature, pip_requirements=requirements)
rows = features[:2]
print(json.dumps({"rows": rows.tolist(), "predictions": model.predict(rows).tolist()}))
