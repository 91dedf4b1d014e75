import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { chromium } from 'playwright-core'
import { mlflowClients, pythonEnvironment } from '../python-environments.mjs'
import { startSluice } from './sluice-server.ts'

const run = promisify(execFile)
const browserPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)

test(
  "MLflow's own pages show what is here, in a browser",
  { skip: browserPath === undefined && 'no Chromium' },
  async (t) => {
    const python = await pythonEnvironment(mlflowClients['3.17'])
    const url = await startSluice(t, 'sqlite', ['--mlflow-ui', '--python', python])
    const script = join(import.meta.dirname, 'pages.py')
    const { stdout } = await run(python, [script, url], { env: { ...process.env, PYTHONUTF8: '1' } })
    const { experiment, run: runId } = JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, string>
    const browser = await chromium.launch({ executablePath: browserPath!, args: ['--no-sandbox'] })
    t.after(() => browser.close())
    const page = await browser.newPage()
    page.setDefaultTimeout(120_000)
    const failures: string[] = []
    page.on('pageerror', (error) => failures.push(String(error)))
    page.on('response', (response) => {
      if (response.status() >= 500) failures.push(`${response.status()} ${response.url()}`)
    })
    const shows = async (hash: string, text: string): Promise<void> => {
      await page.goto(`${url}/mlflow/#${hash}`)
      await page.getByText(text).first().waitFor({ timeout: 60_000 })
    }
    await shows('/experiments', 'seen in the pages')
    await shows(`/experiments/${experiment}/runs`, 'a run of the pages')
    await shows(`/experiments/${experiment}/runs/${runId}`, 'a run of the pages')
    await shows(`/experiments/${experiment}/runs/${runId}/artifacts`, 'notes')
    await shows('/models/paged', 'champion')
    await shows(`/experiments/${experiment}/traces`, 'asked by the pages')
    await shows('/prompts', 'a-prompt')
    assert.deepEqual(failures, [])

    const status = async (path: string) => (await fetch(`${url}${path}`)).status
    assert.equal(await status('/mlflow/static-files/..%2f..%2f..%2f__init__.py'), 404)
    assert.equal(await status('/mlflow/static-files/none.js'), 404)
    assert.equal((await fetch(`${url}/mlflow`, { redirect: 'manual' })).headers.get('location'), '/mlflow/')
  },
)

test('a Python without MLflow is refused with what to do', async (t) => {
  await assert.rejects(
    startSluice(t, 'sqlite', ['--mlflow-ui', '--python', 'python3-of-nobody']),
    /cannot be asked for MLflow/,
  )
})
