import { execFile } from 'node:child_process'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { promisify } from 'node:util'
import { mlflowClients, pythonEnvironment } from '../../e2e/python-environments.mjs'
import type { JsonObject } from '../base/json.ts'
import { readModelMetadata } from './mlflow-model-folder.ts'
import { pythonSource, temporaryFolder } from './serving.test-support.ts'
import type { BatchingSettings, WorkerCommand } from './worker.ts'

// A tree: its predictions are the same to the last bit whatever rows lie beside, which sums of products are not.
const script = `
import os, sys
import mlflow, numpy, pandas
from mlflow.models import infer_signature
from sklearn.tree import DecisionTreeRegressor

folder = sys.argv[1]
random = numpy.random.default_rng(0)
features = pandas.DataFrame(random.normal(size=(400, 3)), columns=["a", "b", "c"])
target = features["a"] * 3 + features["b"] - features["c"]
tree = DecisionTreeRegressor(random_state=0).fit(features, target)
requirements = ["scikit-learn"]
mlflow.sklearn.save_model(
    tree, folder + "/tree", signature=infer_signature(features, tree.predict(features)),
    serialization_format="cloudpickle", pip_requirements=requirements)

class Counted(mlflow.pyfunc.PythonModel):
    """Twice the number; notes every execution of it. A number of DEADLY kills its worker when it is met first."""
    def predict(self, context, model_input, params=None):
        import os, signal, time
        numbers = model_input["number"].tolist()
        line = " ".join(str(int(number)) for number in numbers) + "\\n"
        file = os.open(os.environ["EXECUTIONS"], os.O_WRONLY | os.O_APPEND)
        os.write(file, line.encode())
        os.close(file)
        for deadly in set(map(int, numbers)) & set(map(int, os.environ.get("DEADLY", "").split())):
            try:
                os.close(os.open(os.environ["EXECUTIONS"] + f".{deadly}", os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                continue
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.002)  # Long enough to be killed in.
        return [{"double": number * 2, "pid": os.getpid()} for number in numbers]

class Summed(mlflow.pyfunc.PythonModel):
    """One result for all rows: it cannot tell whose they are."""
    def predict(self, context, model_input, params=None):
        return [float(model_input["number"].sum())]

numbers = pandas.DataFrame({"number": [1.0, 2.0]})
for name, model in [("counted", Counted()), ("summed", Summed())]:
    mlflow.pyfunc.save_model(
        folder + "/" + name, python_model=model, signature=infer_signature(numbers), pip_requirements=requirements)
`

type ModelName = 'tree' | 'counted' | 'summed'

/** Models of mlflow in folders of their own, and what serves them. */
export interface BatchModels {
  readonly python: string
  readonly folder: string
  readonly command: (
    name: ModelName,
    batching?: BatchingSettings,
    environment?: Readonly<Record<string, string>>,
  ) => Promise<WorkerCommand>
}

/** Trains and saves them: some seconds. */
export async function batchModels(t: Pick<TestContext, 'after'>): Promise<BatchModels> {
  const folder = await temporaryFolder(t)
  const python = await pythonEnvironment(mlflowClients['3.17'])
  await promisify(execFile)(python, ['-c', script, folder], { cwd: folder })
  return {
    python,
    folder,
    command: async (name, batching, environment = {}) => {
      const path = join(folder, name)
      const metadata = (await readModelMetadata(path)) as JsonObject
      return {
        python,
        folder: path,
        environment: { PATH: process.env['PATH']!, PYTHONPATH: pythonSource, PYTHONUNBUFFERED: '1', ...environment },
        model: { kind: 'mlflow', path, metadata },
        ...(batching !== undefined && { batching }),
      }
    },
  }
}
