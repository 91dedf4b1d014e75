import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { startSluiceIn } from '../mlflow/sluice-server.ts'
import { expectNoAxeViolations, inBothThemes, openPage, skipWithoutBrowser, startBrowser } from './browser.ts'

const root = join(import.meta.dirname, '../..')
const example = join(root, 'examples/rollout')
const patience = { timeout: 60_000 }

test('endpoints in the web application', { skip: skipWithoutBrowser }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-web-'))
  const server = await startSluiceIn(folder)
  t.after(async () => {
    server.kill('SIGTERM')
    await server.ended
    await rm(folder, { recursive: true, force: true })
  })
  const sluice = (...args: readonly string[]) =>
    promisify(execFile)(process.execPath, [join(root, 'bin/sluice.mjs'), ...args, '--data', folder])
  const browser = await startBrowser(t)

  await t.test('without one it is said what they are for and how to begin', async () => {
    const { page, expectNoTrouble } = await openPage(browser, server.url, { path: '/endpoints' })
    await page.getByText('No endpoint yet').waitFor()
    await inBothThemes(page, 'endpoints-empty')
    expectNoTrouble()
    await page.close()
  })

  await sluice('endpoint', 'create', '--file', join(example, 'endpoint.yml'))
  await sluice('deployment', 'create', '--file', join(example, 'blue.yml'), '--all-traffic')
  await sluice('deployment', 'create', '--file', join(example, 'green.yml'))

  await t.test('the list leads to an endpoint, which shows who answers', async () => {
    const { page, expectNoTrouble } = await openPage(browser, server.url, { path: '/endpoints' })
    await page.getByRole('grid', { name: 'Endpoints' }).getByText('blue 100 %').waitFor()
    await expectNoAxeViolations(page)
    await page.getByRole('link', { name: 'prices' }).click()
    await page.getByRole('heading', { name: 'prices', level: 1 }).waitFor()
    await page.getByRole('grid', { name: 'Deployments' }).getByText('green').waitFor()
    await inBothThemes(page, 'endpoint')
    expectNoTrouble()
    await page.close()
  })

  await t.test('a request is tried as JSON, by traffic and at one deployment', async () => {
    const { page, expectNoTrouble } = await openPage(browser, server.url, { path: '/endpoints/prices?tab=try' })
    const body = page.getByRole('textbox', { name: 'Body of the request' })
    await body.fill('{"areas": [100')
    await page.getByText('This is not JSON yet').waitFor()
    assert.equal(await page.getByRole('button', { name: 'Send' }).isDisabled(), true)
    await body.fill('{"areas": [100]}')
    await page.getByLabel('Deployment').selectOption('green')
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByText('answered by green').waitFor(patience)
    await expectNoAxeViolations(page)
    await page.getByRole('button', { name: 'curl' }).click()
    await page.getByText('azureml-model-deployment: green').waitFor()
    expectNoTrouble()
    await page.close()
  })

  await t.test('charts show what was answered, for a range that the address keeps, and as a table', async () => {
    const address = { path: '/endpoints/prices?tab=charts&range=15m' }
    const { page, expectNoTrouble } = await openPage(browser, server.url, address)
    const totals = page.getByRole('region', { name: 'The whole range' })
    await totals.getByRole('rowheader', { name: 'green' }).waitFor(patience)
    for (const name of ['Latency, milliseconds', 'Requests a second', 'Refused requests, percent'])
      await page.getByRole('img', { name }).waitFor()
    await inBothThemes(page, 'endpoint-charts')
    await page.getByRole('button', { name: 'p95', exact: true }).click()
    await page.getByRole('button', { name: '6 hours' }).click()
    await page.waitForURL(/range=6h.*percentile=p95|percentile=p95.*range=6h/)
    await page.reload()
    await page.getByRole('figure', { name: 'Requests a second' }).getByRole('button', { name: 'As a table' }).click()
    await page.getByRole('grid', { name: 'Requests a second' }).getByRole('columnheader', { name: 'green' }).waitFor()
    await expectNoAxeViolations(page)
    expectNoTrouble()
    await page.close()
  })

  await t.test('shares always add up, and a change that was wrong is rolled back', async () => {
    const { page, expectNoTrouble } = await openPage(browser, server.url, { path: '/endpoints/prices' })
    const share = (name: string) => page.getByRole('spinbutton', { name: `Share of ${name}, in percent` })
    await share('green').fill('30')
    assert.equal(await share('blue').inputValue(), '70')
    await page.getByRole('button', { name: 'Change traffic' }).click()
    await page.getByText('Traffic is now blue 70 %, green 30 %.').waitFor(patience)
    await page.getByRole('button', { name: 'Roll back' }).click()
    const question = page.getByRole('dialog')
    await question.getByText('blue 100 %').waitFor()
    await question.getByRole('button', { name: 'Roll back' }).click()
    await page.getByText('Traffic is blue 100 % again.').waitFor(patience)
    await page.waitForFunction(() => document.querySelector<HTMLInputElement>('.share-number')?.value === '100')
    expectNoTrouble()
    await page.close()
  })

  await t.test('a rollout is begun, seen step by step, and aborted: the traffic is as before', async () => {
    const { page, expectNoTrouble } = await openPage(browser, server.url, { path: '/endpoints/prices?tab=rollout' })
    await page.getByRole('button', { name: 'Begin a rollout' }).click()
    const dialog = page.getByRole('dialog', { name: 'Begin a rollout' })
    await dialog.getByLabel('Steps, in percent').fill('20, 100')
    await dialog.getByLabel('Go back when').fill('error-rate>1%')
    await expectNoAxeViolations(page)
    await dialog.getByRole('button', { name: 'Begin a rollout' }).click()
    await page.getByText('20 %, now').waitFor(patience)
    await expectNoAxeViolations(page)
    await page.getByRole('button', { name: 'Abort' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Abort' }).click()
    await page.getByText('Aborted').first().waitFor(patience)
    await page.getByRole('tab', { name: 'Traffic' }).click()
    await page.waitForFunction(() => document.querySelector<HTMLInputElement>('.share-number')?.value === '100')
    expectNoTrouble()
    await page.close()
  })

  await t.test('logs, payloads, keys and the comparison have a place each', async () => {
    const { page, expectNoTrouble } = await openPage(browser, server.url, { path: '/endpoints/prices?tab=keys' })
    await page.getByRole('button', { name: 'Show keys' }).click()
    await page.getByText('Secondary key').waitFor()
    await page.getByRole('tab', { name: 'Payloads' }).click()
    await page.getByText('Nothing is collected').waitFor()
    await page.getByRole('tab', { name: 'Compare' }).click()
    await page.getByRole('columnheader', { name: 'Verdict' }).waitFor()
    await expectNoAxeViolations(page)
    await page.getByRole('tab', { name: 'Logs' }).click()
    await page.getByLabel('Deployment').selectOption('green')
    await expectNoAxeViolations(page)
    expectNoTrouble()
    await page.close()
  })
})
