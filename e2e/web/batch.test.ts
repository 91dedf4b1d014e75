import { join } from 'node:path'
import { test } from 'node:test'
import { expectNoAxeViolations, inBothThemes, openPage, skipWithoutBrowser, startBrowser } from './browser.ts'
import { startWebServer } from './web-server.ts'

const example = join(import.meta.dirname, '../../examples/batch-scoring')
const patience = { timeout: 60_000 }

test('batch endpoints in the web application', { skip: skipWithoutBrowser }, async (t) => {
  const server = await startWebServer(t)
  const browser = await startBrowser(t)

  await t.test('without one it is said what they are for and how to begin', async () => {
    const { page, expectNoTrouble } = await openPage(browser, server.url, { path: '/batch-endpoints' })
    await page.getByText('No batch endpoint yet').waitFor()
    await inBothThemes(page, 'batch-endpoints-empty')
    expectNoTrouble()
    await page.close()
  })

  await server.sluice('batch-endpoint', 'create', '--file', join(example, 'endpoint.yml'))
  await server.sluice('batch-deployment', 'create', '--file', join(example, 'deployment.yml'))
  await server.sluice('data', 'create', '--name', 'rows', '--path', join(example, 'data'))

  await t.test('the list leads to an endpoint, whose deployment becomes the default', async () => {
    const { page, expectNoTrouble } = await openPage(browser, server.url, { path: '/batch-endpoints' })
    await page.getByRole('grid', { name: 'Batch endpoints' }).getByText('Scores whole files').waitFor()
    await expectNoAxeViolations(page)
    await page.getByRole('link', { name: 'sums' }).click()
    await page.getByText('Nothing was scored yet').waitFor()
    await expectNoAxeViolations(page)
    await page.getByRole('tab', { name: 'Deployments' }).click()
    await page.getByRole('grid', { name: 'Deployments' }).getByText('linear', { exact: true }).waitFor()
    const makeDefault = page.getByRole('button', { name: 'Make default' })
    // The first deployment may be the default already.
    if (await makeDefault.isVisible()) await makeDefault.click()
    await page.getByRole('definition').first().filter({ hasText: 'linear' }).waitFor(patience)
    await inBothThemes(page, 'batch-endpoint-deployments')
    expectNoTrouble()
    await page.close()
  })

  await t.test('an input is scored as a job, which the endpoint lists', async () => {
    const { page, expectNoTrouble, forgive } = await openPage(browser, server.url, {
      path: '/batch-endpoints/sums?tab=invoke',
    })
    await page.getByLabel('Input', { exact: true }).fill('azureml:rows:9')
    await page.getByRole('button', { name: 'Score it' }).click()
    await page.getByRole('alert').getByText('rows').first().waitFor(patience)
    forgive()
    await page.getByLabel('Input', { exact: true }).fill('azureml:rows:1')
    await inBothThemes(page, 'batch-endpoint-invoke')
    await page.getByRole('button', { name: 'Score it' }).click()
    await page.waitForURL(/\/jobs\//, patience)
    await page.goto(`${server.url}/batch-endpoints/sums`)
    await page.getByRole('grid', { name: 'Jobs of this endpoint' }).getByRole('link').waitFor()
    await expectNoAxeViolations(page)
    expectNoTrouble()
    await page.close()
  })
})
