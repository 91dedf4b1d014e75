import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { mlflowClients, pythonEnvironment } from '../../e2e/python-environments.mjs'
import { pythonSource, temporaryFolder } from './serving.test-support.ts'

// Asks models that tell what they are given, through the host's own model class.
const script = `
import json, struct, sys, warnings
import mlflow, numpy, pandas, yaml
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, Schema, TensorSpec
from mlflow.types.schema import AnyType
from sluiceworks.mlflow_model import MlflowModel
from sluiceworks.scoring_types import ScoringRequest, answer

warnings.simplefilter("ignore")
def of(values): return [str(values.dtype.kind), [str(one) for one in numpy.asarray(values).ravel()]]
class Tell(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        return [json.dumps({name: of(model_input[name]) for name in model_input})]
class Times(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        zoned = pandas.to_datetime(["2021-01-01T00:00:00+02:00", "2021-07-01T12:00:00+02:00"])
        return pandas.DataFrame({"zoned": zoned, "day": [one.date() for one in zoned], "some": [zoned[0], pandas.NaT]})
tensors = [TensorSpec(numpy.dtype(kind), (-1, 2), kind) for kind in ("str", "bytes", "object")]
columns = [ColSpec("datetime", "at"), ColSpec(AnyType(), "any")]
models = {"tensors": (Tell, ModelSignature(Schema(tensors))), "columns": (Tell, ModelSignature(Schema(columns))), "times": (Times, None)}
def ask(name, inputs, content_type=None):
    kind, signature = models[name]
    folder = f"{sys.argv[1]}/{name}"
    mlflow.pyfunc.save_model(folder, python_model=kind(), signature=signature, pip_requirements=["mlflow"])
    model = MlflowModel(folder, yaml.safe_load(open(folder + "/MLmodel")))
    described, body = [], b""
    for tensor, shape, values in inputs:
        part = b"".join(struct.pack("<I", len(one)) + one for one in values)
        parameters = {} if content_type is None else {"parameters": {"content_type": content_type}}
        described.append({"name": tensor, "datatype": "BYTES", "shape": shape, "bytes": len(part), **parameters})
        body += part
    given = answer(model, ScoringRequest("", body, {}, {"inputs": described}))
    told, at = {}, 0
    for output in given.details["outputs"]:
        end, texts = at + output["bytes"], []
        while at < end:
            (length,) = struct.unpack_from("<I", given.body, at)
            texts.append(given.body[at + 4 : at + 4 + length].decode())
            at += 4 + length
        told[output["name"]] = [texts, output.get("parameters")]
    return told
texts = [b"a", "\\u0141".encode(), b"", b"long"]
print(json.dumps({
    "tensors": ask("tensors", [(kind, [2, 2], texts) for kind in ("str", "bytes", "object")]),
    "columns": ask("columns", [
        ("at", [2], [b"2021-08-24T15:01:02", b"2021-08-24T15:01:02.500000"]), ("any", [2], [b'{"k":[1]}', b"2"]),
    ], "pd_json"),
    "times": ask("times", [("x", [1], [b"x"])]),
}))
`

test('text tensors reach a model in the type it declares, and times with parts of different length as times', async (t) => {
  const python = await pythonEnvironment(mlflowClients['3.17'])
  const { stdout } = await promisify(execFile)(python, ['-c', script, await temporaryFolder(t)], {
    env: { PATH: process.env['PATH']!, PYTHONPATH: pythonSource },
  })
  const told = JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, Record<string, [string[], unknown]>>
  const seen = (name: string): unknown => JSON.parse(Object.values(told[name]!)[0]![0][0]!)
  assert.deepEqual(seen('tensors'), {
    str: ['U', ['a', 'Ł', '', 'long']],
    bytes: ['S', ["b'a'", String.raw`b'\xc5\x81'`, "b''", "b'long'"]],
    object: ['O', ['a', 'Ł', '', 'long']],
  })
  assert.deepEqual(seen('columns'), {
    at: ['M', ['2021-08-24T15:01:02.000000000', '2021-08-24T15:01:02.500000000']],
    any: ['O', ["{'k': [1]}", '2']],
  })
  assert.deepEqual(told['times'], {
    zoned: [['2021-01-01T00:00:00+02:00', '2021-07-01T12:00:00+02:00'], null],
    day: [['2021-01-01', '2021-07-01'], null],
    some: [['"2021-01-01T00:00:00+02:00"', 'null'], { content_type: 'json' }],
  })
})
