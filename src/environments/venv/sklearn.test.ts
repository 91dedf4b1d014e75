import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { test } from 'node:test'
import { venvBuilder } from './index.ts'
import { runPython, sharedCache, sharedUvCache, temporaryFolder } from './lab.test-support.ts'

const training = `
import mlflow, mlflow.sklearn, sklearn
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import train_test_split
mlflow.set_tracking_uri("file:runs")
mlflow.sklearn.autolog(log_models=False)
x, y = load_diabetes(return_X_y=True)
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.2, random_state=0)
with mlflow.start_run():
    model = Ridge(alpha=0.4).fit(x_train, y_train)
    info = mlflow.sklearn.log_model(model, "model")
again = mlflow.sklearn.load_model(info.model_uri)
print(sklearn.__version__, mlflow.__version__, float(mean_squared_error(y_test, again.predict(x_test))))
`

// The environment stays in the shared cache between runs: its packages are a hundred megabytes.
test('the registry environment sklearn-1.5 trains, logs and loads a model with MLflow', async (context) => {
  const folder = temporaryFolder()
  const builder = venvBuilder({
    cacheFolder: sharedCache,
    uvCache: sharedUvCache,
    baseEnvironment: process.env,
    log: (line) => context.diagnostic(line), // Where a slow test stands.
  })
  try {
    const lock = await builder.lock({ kind: 'curated', registry: 'azureml', name: 'sklearn-1.5' })
    const built = await builder.build(lock, (line) => void (line.startsWith(' ') || context.diagnostic(line)))
    const [sklearn, mlflow, error] = (await runPython(built, training, folder)).split('\n').at(-1)!.split(' ')
    assert.equal(sklearn, '1.5.2')
    assert.match(mlflow ?? '', /^2\.22\./)
    assert.ok(Math.abs(Number(error) - 3295.714938563238) < 1e-6, error)
  } finally {
    await builder.close()
    await rm(folder, { recursive: true, force: true })
  }
})
