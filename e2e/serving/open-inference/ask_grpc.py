"""Asks endpoints with tritonclient over gRPC, and with typed contents by its stub; prints what they answer.

argv: HOST:PORT, as JSON the columns and rows that the endpoint "diabetes" is asked with, and the key of "double".
"""

import json
import queue
import sys

import grpc
import numpy
from tritonclient.grpc import InferenceServerClient, InferInput, InferRequestedOutput, service_pb2, service_pb2_grpc
from tritonclient.utils import InferenceServerException

address, sample, key = sys.argv[1], json.loads(sys.argv[2]), {"authorization": f"Bearer {sys.argv[3]}"}
results = {}
client = InferenceServerClient(address)
results["live"] = client.is_server_live()
results["ready"] = client.is_server_ready()
results["server"] = client.get_server_metadata(as_json=True)
results["model"] = client.get_model_metadata("diabetes", as_json=True)
results["model ready"] = client.is_model_ready("diabetes/default", "1")
index = client.get_model_repository_index(as_json=True)["models"]
results["index"] = sorted(f"{one['name']} {one.get('version', '')} {one['state']}" for one in index)
client.load_model("diabetes")


def column(name, values, datatype):
    given = InferInput(name, list(values.shape), datatype)
    given.set_data_from_numpy(values)
    return given


by_column = zip(sample["columns"], zip(*sample["data"]))
inputs = [column(name, numpy.array(values, dtype="f8"), "FP64") for name, values in by_column]
answer = client.infer("diabetes", inputs, request_id="r-1", model_version="1")
results["predictions"] = answer.as_numpy("output-0").tolist()
results["response"] = answer.get_response(as_json=True)

names = numpy.array(["Ada", "Łukasz"], dtype=object)
inputs = [column("name", names, "BYTES"), column("count", numpy.array([3, 2**53 + 1], dtype="i8"), "INT64")]
answer = client.infer("greet", inputs, outputs=[InferRequestedOutput("is_big"), InferRequestedOutput("greeting")])
results["greet"] = {
    "greeting": [text.decode() for text in answer.as_numpy("greeting")],
    "is_big": answer.as_numpy("is_big").tolist(),
    "half": answer.as_numpy("half") is not None,
}

array = numpy.arange(4, dtype="f4").reshape(1, 2, 2)
doubled = client.infer("double", [column("any", array, "FP32")], headers=key).as_numpy("output-0")
results["double"] = [str(doubled.dtype), doubled.tolist()]

answers = queue.Queue()
client.start_stream(callback=lambda result, error: answers.put((result, error)), headers=key)
for factor in (1, 2):
    client.async_stream_infer("double", [column("any", array * factor, "FP32")], request_id=f"s-{factor}")
client.async_stream_infer("double", [column("any", numpy.ones(3, "f4"), "FP32")], request_id="s-bad")
client.async_stream_infer("double", [column("any", array, "FP32")], request_id="s-last")
results["stream"] = []
for _ in range(4):
    result, error = answers.get(timeout=60)
    told = [result.get_response().id, result.as_numpy("output-0").ravel().tolist()] if error is None else error.message()
    results["stream"].append(told)
client.stop_stream()

stub = service_pb2_grpc.GRPCInferenceServiceStub(grpc.insecure_channel(address))
Request = service_pb2.ModelInferRequest
typed = Request(model_name="greet", id="typed")
name = typed.inputs.add(name="name", datatype="BYTES", shape=[1])
name.contents.bytes_contents.append(b"Ada")
count = typed.inputs.add(name="count", datatype="INT64", shape=[1])
count.contents.int64_contents.append(2**53 + 1)
answer = stub.ModelInfer(typed)
results["typed"] = {
    output.name: [str(value) for _, values in output.contents.ListFields() for value in values] for output in answer.outputs
}
results["typed raw"] = len(answer.raw_output_contents)

for what, call in {
    "no such model": lambda: client.get_model_metadata("nothing"),
    "no key": lambda: client.infer("double", [column("any", array, "FP32")]),
    "another shape": lambda: client.infer("double", [column("any", numpy.ones(3, "f4"), "FP32")], headers=key),
    "too few": lambda: stub.ModelInfer(
        Request(model_name="greet", inputs=[Request.InferInputTensor(name="count", datatype="INT64", shape=[2])])
    ),
}.items():
    try:
        results[what] = str(call())
    except InferenceServerException as error:
        results[what] = [error.status(), error.message()]
    except grpc.RpcError as error:
        results[what] = [str(error.code()), error.details()]
print(json.dumps(results))
