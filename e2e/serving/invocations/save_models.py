"""Saves models whose signatures have columns, no names, one tensor, several tensors, and none, below a folder."""

import os
import sys
import warnings

warnings.filterwarnings("ignore")

import cloudpickle
import mlflow
import numpy
import pandas
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, ParamSchema, ParamSpec, Schema, TensorSpec


class Describe(mlflow.pyfunc.PythonModel):
    """Answers with what it was given: kind, columns, types and values."""

    def predict(self, context, model_input, params=None):
        if isinstance(model_input, dict):
            return {"kind": "dict", "values": {k: _tell(v) for k, v in model_input.items()}, "params": params}
        if isinstance(model_input, pandas.DataFrame):
            values = {str(name): _tell(model_input[name]) for name in model_input.columns}
            return {"kind": "frame", "values": values, "params": params}
        return {"kind": type(model_input).__name__, "value": _tell(model_input), "params": params}


def _tell(values):
    kind = str(getattr(values, "dtype", type(values).__name__))
    return [[str(value) for value in numpy.asarray(values).ravel()], kind, list(numpy.shape(values))]


class Raising(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        if (model_input["d"] < 0).any():
            raise ValueError("no root of a negative number")
        return model_input**0.5


mixed = [
    *(ColSpec("double", "d"), ColSpec("long", "l"), ColSpec("string", "s")),
    *(ColSpec("boolean", "b", required=False), ColSpec("datetime", "t", required=False)),
    *(ColSpec("binary", "x", required=False), ColSpec("float", "f", required=False)),
    ColSpec("integer", "i", required=False),
]
params = ParamSchema([ParamSpec("alpha", "double", 0.5), ParamSpec("names", "string", ["a"], shape=(-1,))])
two_tensors = [TensorSpec(numpy.dtype("float64"), (-1, 2), "a"), TensorSpec(numpy.dtype("int64"), (-1,), "b")]
models = {
    "mixed": (Describe, ModelSignature(Schema(mixed), None, params)),
    "unnamed": (Describe, ModelSignature(Schema([ColSpec("double"), ColSpec("double")]))),
    "tensor": (Describe, ModelSignature(Schema([TensorSpec(numpy.dtype("float32"), (-1, 2, 2))]))),
    "tensors": (Describe, ModelSignature(Schema(two_tensors))),
    "none": (Describe, None),
    "raising": (Raising, ModelSignature(Schema([ColSpec("double", "d")]))),
}
packages = {"mlflow": mlflow, "pandas": pandas, "numpy": numpy, "cloudpickle": cloudpickle}
requirements = [f"{name}=={module.__version__}" for name, module in packages.items()]
for name, (kind, signature) in models.items():
    folder = os.path.join(sys.argv[1], name)
    mlflow.pyfunc.save_model(folder, python_model=kind(), signature=signature, pip_requirements=requirements)
