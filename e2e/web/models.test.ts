import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { expectNoAxeViolations, inBothThemes, openPage, skipWithoutBrowser, startBrowser } from './browser.ts'
import { startWebServer, type WebServer } from './web-server.ts'

const example = join(import.meta.dirname, '../../examples/rollout')
const run = promisify(execFile)
const patience = { timeout: 60_000 }

const mlmodel = (extra: string): string => `flavors:
  python_function:
    loader_module: mlflow.sklearn
signature:
  inputs: '[{"type": "double", "name": "age", "required": true}, {"type": "double",
    "name": "bmi", "required": true}${extra}]'
  outputs: '[{"type": "double", "required": true}]'
  params: null
`

test('models in the web application', { skip: skipWithoutBrowser }, async (t) => {
  const server = await startWebServer(t)
  const browser = await startBrowser(t)

  await t.test('without one it is said what they are for and how to begin', async () => {
    const { page, expectNoTrouble } = await openPage(browser, server.url, { path: '/models' })
    await page.getByText('No model yet').waitFor()
    await inBothThemes(page, 'models-empty')
    expectNoTrouble()
    await page.close()
  })

  await fill(server)

  await t.test('the list is searched by the server, and leads to a model', async () => {
    const { page, expectNoTrouble } = await openPage(browser, server.url, { path: '/models' })
    const grid = page.getByRole('grid', { name: 'Models' })
    await grid.getByText('churn').waitFor()
    await page.getByRole('searchbox').fill('DIAB')
    await grid.getByText('churn').waitFor({ state: 'detached' })
    await page.waitForURL(/text=DIAB/)
    await inBothThemes(page, 'models')
    await page.getByRole('searchbox').fill('nobody')
    await page.getByText('No model has “nobody” in its name.').waitFor()
    await page.getByRole('button', { name: 'Clear the search' }).click()
    await page.getByRole('link', { name: 'diabetes' }).click()
    await page.getByRole('heading', { name: 'diabetes', level: 1 }).waitFor()
    expectNoTrouble()
    await page.close()
  })

  await t.test('a version shows what it takes, and is described and talked about', async () => {
    const { page, expectNoTrouble } = await openPage(browser, server.url, { path: '/models/diabetes' })
    // The champion stands for what is used.
    await page.getByRole('heading', { name: 'Version 1' }).waitFor()
    await page.getByRole('rowheader', { name: 'bmi' }).waitFor()
    await page.getByRole('button', { name: 'Version 2' }).click()
    await page.getByRole('rowheader', { name: 'sex' }).waitFor()
    await page.getByRole('button', { name: 'Edit the description' }).click()
    await page.getByRole('dialog').getByLabel('Description').fill('Knows the sex.')
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await page.getByRole('paragraph').filter({ hasText: 'Knows the sex.' }).waitFor()
    await page.getByLabel('Write a comment').fill('Seen on the ward.')
    await page.getByRole('button', { name: 'Comment', exact: true }).click()
    await page.getByRole('listitem').filter({ hasText: 'Seen on the ward.' }).waitFor()
    await inBothThemes(page, 'model-version')
    expectNoTrouble()
    await page.close()
  })

  await t.test('versions are compared, and the better one is promoted with the reason', async () => {
    const { page, expectNoTrouble } = await openPage(browser, server.url, { path: '/models/diabetes?tab=compare' })
    const table = page.getByRole('region', { name: 'Versions side by side' })
    const row = (name: string) => table.getByRole('row').filter({ has: page.getByRole('rowheader', { name }) })
    await row('rmse')
      .filter({ hasText: /56.*54.*differs/s })
      .waitFor()
    await row('inputs.sex')
      .filter({ hasText: /–.*string\?.*differs/s })
      .waitFor()
    assert.doesNotMatch(await row('inputs.bmi').innerText(), /differs/)
    await expectNoAxeViolations(page)
    await page.getByRole('tab', { name: 'Versions' }).click()
    await page.getByRole('button', { name: 'Version 2' }).click()
    await page.getByRole('button', { name: 'Promote' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('champion stands for version 1 now.').waitFor()
    assert.equal(await dialog.getByRole('button', { name: 'Promote' }).isDisabled(), true)
    await dialog.getByLabel('Why').fill('The error is smaller on the holdout.')
    await expectNoAxeViolations(page)
    await dialog.getByRole('button', { name: 'Promote' }).click()
    await page.getByText('champion stands for version 2.').waitFor(patience)
    await page.getByRole('tab', { name: 'Aliases & history' }).click()
    const change = page.getByRole('row').filter({ hasText: 'The error is smaller on the holdout.' })
    assert.match(await change.innerText(), /champion.*1 → 2/s)
    await change.getByRole('button', { name: 'Back to 1' }).waitFor()
    await inBothThemes(page, 'model-history')
    expectNoTrouble()
    await page.close()
  })

  await t.test('a model is deployed from its page, and its page says where', async () => {
    const { page, expectNoTrouble } = await openPage(browser, server.url, { path: '/models/linear?tab=deployed' })
    await page.getByText('Deployed nowhere').waitFor()
    await page.getByRole('main').getByRole('button', { name: 'Deploy', exact: true }).last().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('A new endpoint of this name is made').waitFor()
    await dialog.getByLabel('Endpoint').fill('served')
    await expectNoAxeViolations(page)
    await dialog.getByRole('button', { name: 'Deploy' }).click()
    await page.getByRole('heading', { name: 'served', level: 1 }).waitFor(patience)
    await page.goto(`${server.url}/models/linear?tab=deployed`)
    await page.getByRole('grid', { name: 'Deployed' }).getByRole('link', { name: 'served' }).waitFor()
    await expectNoAxeViolations(page)
    await page.getByRole('tab', { name: 'Lineage' }).click()
    await page.getByRole('button', { name: 'As a list' }).click()
    await page.getByRole('button', { name: 'served / blue' }).waitFor()
    await expectNoAxeViolations(page)
    expectNoTrouble()
    await page.close()
  })

  await t.test('of a model that is not there, the server says so', async () => {
    const { page } = await openPage(browser, server.url, { path: '/models/nobody' })
    await page.getByRole('alert').getByText('nobody').waitFor()
    await expectNoAxeViolations(page)
    await page.close()
  })

  await t.test('a package is made from the page, listed with what is in it, downloaded and removed', async () => {
    await loadable(server)
    const { page, expectNoTrouble } = await openPage(browser, server.url, { path: '/models/ward' })
    const panel = page.locator('section').filter({ has: page.getByRole('heading', { name: 'Packages', level: 2 }) })
    await panel.getByText('None has been made yet.').waitFor()
    await panel.getByRole('button', { name: 'Make a package' }).click()
    const link = panel.getByRole('link', { name: 'Download ward-1.tar' })
    await link.waitFor({ timeout: 120_000 })
    await inBothThemes(page, 'model-package')
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()])
    const { stdout } = await run('tar', ['tf', await download.path()])
    assert.match(stdout, /^ward-1\/sbom\.cdx\.json$/m)
    await panel.getByRole('button', { name: 'What is in it' }).click()
    const bill = page.getByRole('dialog', { name: 'What is in ward-1.tar' })
    await bill.getByRole('row', { name: /^packaging library 24\.2/ }).waitFor()
    await expectNoAxeViolations(page)
    await page.keyboard.press('Escape')
    await panel.getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await panel.getByText('None has been made yet.').waitFor()
    expectNoTrouble()
    await page.close()
  })
})

/** Two versions that runs logged, a model without any, and one that can be served without an environment. */
/** A model that loads without more than one small package. */
async function loadable({ sluice, folder, write }: WebServer): Promise<void> {
  await mkdir(join(folder, 'ward/code'), { recursive: true })
  const files = {
    MLmodel: `flavors:
  python_function: {loader_module: ward_model, code: code, data: model.pkl, env: {virtualenv: python_env.yaml}}
signature:
  inputs: '[{"type": "double", "name": "age", "required": true}]'
  outputs: '[{"type": "double", "required": true}]'
`,
    'python_env.yaml': "python: '3.11'\ndependencies: [-r requirements.txt]\n",
    'requirements.txt': 'packaging==24.2\n',
    'model.pkl': 'nothing',
    'code/ward_model.py': `class Model:
    def predict(self, data, params=None):
        return [1.0 for _ in range(len(data))]


def _load_pyfunc(path):
    return Model()
`,
  }
  for (const [name, text] of Object.entries(files)) await write(`ward/${name}`, text)
  await sluice('model', 'create', '--name', 'ward', '--path', join(folder, 'ward'), '--type', 'mlflow_model')
}

async function fill(server: WebServer): Promise<void> {
  const { mlflow, url } = server
  const { experiment_id } = await mlflow('experiments/create', { name: 'diabetes' })
  await mlflow('registered-models/create', { name: 'diabetes', description: 'Ten measurements.' })
  await mlflow('registered-models/create', { name: 'churn' })
  for (const [rmse, extra] of [
    [56, ''],
    [54, ', {"type": "string", "name": "sex", "required": false}'],
  ] as const) {
    const { run } = (await mlflow('runs/create', { experiment_id })) as {
      run: { info: { run_id: string; artifact_uri: string } }
    }
    const { run_id, artifact_uri } = run.info
    await mlflow('runs/log-metric', { run_id, key: 'rmse', value: rmse, timestamp: 1, step: 0 })
    const folder = artifact_uri.replace(/^mlflow-artifacts:\/*/, '')
    const file = `${url}/api/2.0/mlflow-artifacts/artifacts/${folder}/model/MLmodel`
    const answer = await fetch(file, { method: 'PUT', body: mlmodel(extra) })
    assert.equal(answer.status, 200)
    await mlflow('model-versions/create', { name: 'diabetes', source: `runs:/${run_id}/model`, run_id })
  }
  await mlflow('registered-models/alias', { name: 'diabetes', alias: 'champion', version: '1' })
  await server.sluice('model', 'create', '--name', 'linear', '--version', '1', '--path', join(example, 'code'))
}
