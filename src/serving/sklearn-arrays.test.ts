import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { mlflowClients, pythonEnvironment } from '../../e2e/python-environments.mjs'
import { pythonSource, temporaryFolder } from './serving.test-support.ts'

// Trains each, saves it with mlflow, and asks it through the host's own model class.
const script = `
import json, sys, warnings
import mlflow, numpy, pandas, yaml
from mlflow.models import infer_signature
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestRegressor, VotingRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sluiceworks.mlflow_model import MlflowModel
from sluiceworks.scoring_types import ScoringRequest, answer

warnings.simplefilter("error", UserWarning)
random = numpy.random.default_rng(1)
features = pandas.DataFrame(random.normal(size=(80, 3)), columns=["a", "b", "c"])
target = features["a"] * 3 + features["b"]
def first(frame): return frame[["a"]]
candidates = {
    "ridge": (Ridge(), "predict"),
    "forest": (RandomForestRegressor(n_estimators=5, random_state=0), "predict"),
    "neighbours": (KNeighborsRegressor(), "predict"),
    "pipeline": (make_pipeline(StandardScaler(), Ridge()), "predict"),
    "clusters": (KMeans(3, random_state=0, n_init=1), "predict"),
    "probabilities": (LogisticRegression(), "predict_proba"),
    "frames within": (make_pipeline(StandardScaler().set_output(transform="pandas"), Ridge()), "predict"),
    "columns by name": (make_pipeline(ColumnTransformer([("s", StandardScaler(), ["b", "a"])]), Ridge()), "predict"),
    "function of a frame": (make_pipeline(FunctionTransformer(first), Ridge()), "predict"),
    "holder": (VotingRegressor([("r", Ridge())]), "predict"),
}
kinds = {"FP64": "f8", "INT64": "i8", "INT32": "i4"}
told = {}
for at, (name, (estimator, method)) in enumerate(candidates.items()):
    estimator.fit(features, target > 0 if method == "predict_proba" else target)
    folder = f"{sys.argv[1]}/model-{at}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mlflow.sklearn.save_model(estimator, folder, signature=infer_signature(features, target),
            serialization_format="cloudpickle", pyfunc_predict_fn=method, pip_requirements=["scikit-learn"])
        model = MlflowModel(folder, yaml.safe_load(open(folder + "/MLmodel")))
    rows = features.head(5)
    body = json.dumps({"dataframe_split": rows.to_dict(orient="split", index=False)}).encode()
    bodies = [body, body, b"\\xef\\xbb\\xbf" + body]
    answers = [json.loads(answer(model, ScoringRequest("application/json", each, {})).body)["predictions"] for each in bodies]
    expected = getattr(estimator, method)(pandas.DataFrame(rows.values.tolist(), columns=list(rows.columns))).tolist()
    columns = [(column, [len(rows)], rows[column]) for column in ("c", "a", "b")]
    for tensors in ([("any", list(rows.shape), rows)], columns):
        inputs = [{"name": n, "datatype": "FP64", "shape": shape, "bytes": 8 * v.size} for n, shape, v in tensors]
        infer = ScoringRequest("", b"".join(v.to_numpy().tobytes() for _, _, v in tensors), {}, {"inputs": inputs})
        given = answer(model, infer)
        (output,) = given.details["outputs"]
        values = numpy.frombuffer(given.body, dtype=kinds[output["datatype"]]).reshape(output["shape"])
        answers.append(values.tolist())
    told[name] = [all(each == expected for each in answers), model._pyfunc._predict_array is not None]
print(json.dumps(told))
`

test('estimators get an array only where it changes nothing, and answer as with a frame, to the last bit', async (t) => {
  const python = await pythonEnvironment(mlflowClients['3.17'])
  const { stdout } = await promisify(execFile)(python, ['-c', script, await temporaryFolder(t)], {
    env: { PATH: process.env['PATH']!, PYTHONPATH: pythonSource },
  })
  const told = JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, [boolean, boolean]>
  const named = (wanted: boolean): readonly string[] => Object.keys(told).filter((name) => told[name]![1] === wanted)
  assert.deepEqual(
    Object.entries(told).filter(([, [isEqual]]) => !isEqual),
    [],
  )
  assert.deepEqual(named(true), ['ridge', 'forest', 'neighbours', 'pipeline', 'clusters', 'probabilities'])
  assert.deepEqual(named(false), ['frames within', 'columns by name', 'function of a frame', 'holder'])
})
