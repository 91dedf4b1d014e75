"""Asks endpoints with tritonclient over HTTP and prints what it makes of the answers.

argv: HOST:PORT, and as JSON the columns and rows that the endpoint "diabetes" is asked with.
"""

import json
import sys

import numpy
from tritonclient.http import InferenceServerClient, InferInput, InferRequestedOutput
from tritonclient.utils import InferenceServerException

address, sample = sys.argv[1], json.loads(sys.argv[2])
results = {}


def client(endpoint):
    return InferenceServerClient(f"{address}/endpoints/{endpoint}")


def column(name, values, datatype, is_binary):
    given = InferInput(name, [len(values)], datatype)
    given.set_data_from_numpy(numpy.asarray(values), binary_data=is_binary)
    return given


diabetes = client("diabetes")
results["index"] = diabetes.get_model_repository_index()
diabetes.load_model("diabetes")
results["live"] = diabetes.is_server_live()
results["ready"] = diabetes.is_server_ready()
results["server"] = diabetes.get_server_metadata()
results["model"] = diabetes.get_model_metadata("diabetes")
results["model of a version"] = diabetes.get_model_metadata("diabetes", "1")
results["model ready"] = diabetes.is_model_ready("diabetes")
by_column = list(zip(sample["columns"], zip(*sample["data"])))
for is_binary in (True, False):
    inputs = [column(name, numpy.array(values, dtype="f8"), "FP64", is_binary) for name, values in by_column]
    # As the client does it by default: everything binary.
    outputs = None if is_binary else [InferRequestedOutput("output-0", binary_data=False)]
    answer = diabetes.infer("diabetes", inputs, outputs=outputs, request_id="r-1")
    results[f"predictions, binary {is_binary}"] = answer.as_numpy("output-0").tolist()
    results[f"response, binary {is_binary}"] = answer.get_response()

greet = client("greet")
for is_binary in (True, False):
    names = numpy.array(["Ada", "Łukasz"], dtype=object)
    counts = numpy.array([3, 2**53 + 1], dtype="i8")
    inputs = [column("name", names, "BYTES", is_binary), column("count", counts, "INT64", is_binary)]
    outputs = [InferRequestedOutput(name, binary_data=is_binary) for name in ("is_big", "greeting")]
    answer = greet.infer("greet", inputs, outputs=outputs)
    results[f"greet, binary {is_binary}"] = {
        "greeting": [text.decode() if isinstance(text, bytes) else text for text in answer.as_numpy("greeting")],
        "is_big": answer.as_numpy("is_big").tolist(),
        "half": answer.as_numpy("half") is not None,
    }

double = client("double")
array = numpy.arange(8, dtype="f4").reshape(2, 2, 2)
for is_binary in (True, False):
    given = InferInput("input-0", array.shape, "FP32")
    given.set_data_from_numpy(array, binary_data=is_binary)
    wanted = [InferRequestedOutput("output-0", binary_data=is_binary)]
    doubled = double.infer("double", [given], outputs=wanted).as_numpy("output-0")
    # The same, compressed.
    packed = double.infer("double", [given], outputs=wanted, request_compression_algorithm="gzip" if is_binary else "deflate")
    assert (packed.as_numpy("output-0") == doubled).all()
    results[f"double, binary {is_binary}"] = [str(doubled.dtype), doubled.tolist()]

for what, call in {
    "unload": lambda: diabetes.unload_model("diabetes"),
    "statistics": lambda: diabetes.get_inference_statistics("diabetes"),
    "no such model": lambda: diabetes.get_model_metadata("nothing"),
    "another shape": lambda: double.infer("double", [column("input-0", numpy.ones(3, "f4"), "FP32", True)]),
}.items():
    try:
        results[what] = call()
    except InferenceServerException as error:
        results[what] = [error.status(), error.message()]
print(json.dumps(results))
