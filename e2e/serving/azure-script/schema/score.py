import numpy as np
import pandas as pd
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.parameter_types.pandas_parameter_type import PandasParameterType
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema, output_schema


def init():
    print("the script is ready")


@input_schema("table", PandasParameterType(pd.DataFrame({"a": [1.5], "b": ["x"]})))
@input_schema("array", NumpyParameterType(np.array([[1.0, 2.0]])))
@input_schema("factor", StandardPythonParameterType(2))
@output_schema(StandardPythonParameterType({"sum": 4.5, "columns": ["a", "b"], "kind": "ndarray"}))
def run(table, array, factor=1):
    if factor == 0:
        raise ZeroDivisionError("the factor is 0")
    return {
        "sum": float(table["a"].sum() * factor),
        "columns": list(table.columns),
        "kind": type(array).__name__,
    }
