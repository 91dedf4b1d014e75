"""Saves a model of several types of columns and one of an array below a folder."""

import os
import sys
import warnings

warnings.filterwarnings("ignore")

import cloudpickle
import mlflow
import numpy
import pandas
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, Schema, TensorSpec


class Greet(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        greeting = "Hello " + model_input["name"].astype(str)
        return pandas.DataFrame(
            {"greeting": greeting, "half": model_input["count"] / 2, "is_big": model_input["count"] > 2**53}
        )


class Double(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        return model_input * 2


columns = Schema([ColSpec("string", "name"), ColSpec("long", "count"), ColSpec("datetime", "at", required=False)])
results = Schema([ColSpec("string", "greeting"), ColSpec("double", "half"), ColSpec("boolean", "is_big")])
array = Schema([TensorSpec(numpy.dtype("float32"), (-1, 2, 2))])
models = {"greet": (Greet, ModelSignature(columns, results)), "double": (Double, ModelSignature(array, array))}
packages = {"mlflow": mlflow, "pandas": pandas, "numpy": numpy, "cloudpickle": cloudpickle}
requirements = [f"{name}=={module.__version__}" for name, module in packages.items()]
for name, (kind, signature) in models.items():
    folder = os.path.join(sys.argv[1], name)
    mlflow.pyfunc.save_model(folder, python_model=kind(), signature=signature, pip_requirements=requirements)
