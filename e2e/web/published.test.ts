import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { expectNoAxeViolations, inBothThemes, openPage, skipWithoutBrowser, startBrowser } from './browser.ts'
import { startWebServer } from './web-server.ts'

const pipeline = join(import.meta.dirname, '../../examples/published-pipeline/pipeline.yml')
const patience = { timeout: 60_000 }

test('published pipelines in the web application', { skip: skipWithoutBrowser }, async (t) => {
  const server = await startWebServer(t)
  const browser = await startBrowser(t)

  await t.test('without one it is said what they are for and how to begin', async () => {
    const { page, expectNoTrouble } = await openPage(browser, server.url, { path: '/published' })
    await page.getByText('No published pipeline yet').waitFor()
    await inBothThemes(page, 'published-empty')
    expectNoTrouble()
    await page.close()
  })

  await server.sluice('pipeline', 'publish', pipeline, '--name', 'weekly-report')

  await t.test('the list leads to a pipeline, whose form says what fits', async () => {
    const { page, expectNoTrouble, forgive } = await openPage(browser, server.url, { path: '/published' })
    await page.getByRole('grid', { name: 'Published pipelines' }).getByText('Enabled').waitFor()
    await expectNoAxeViolations(page)
    await page.getByRole('link', { name: 'weekly-report' }).click()
    await page.getByRole('heading', { name: 'weekly-report', level: 1 }).waitFor()
    await page.getByLabel('region').selectOption('south')
    await page.getByLabel('target').fill('-5')
    await page.getByRole('textbox', { name: 'curl' }).filter({ hasText: '"target":-5' }).waitFor()
    await inBothThemes(page, 'published-pipeline')
    expectNoTrouble()
    await page.getByRole('button', { name: 'Start the job' }).click()
    await page.getByRole('alert').getByText('target').first().waitFor()
    // The refusal, which the browser itself writes down.
    forgive()
    await page.getByLabel('target').fill('250')
    await page.getByRole('button', { name: 'Start the job' }).click()
    await page.waitForURL(/\/jobs\//, patience)
    await page.goto(`${server.url}/published/weekly-report?tab=jobs`)
    await page.getByRole('grid', { name: 'Jobs of this pipeline' }).getByRole('link').waitFor()
    await expectNoAxeViolations(page)
    expectNoTrouble()
    await page.close()
  })

  await t.test('keys are shown and replaced, and a disabled pipeline starts nothing', async () => {
    const { page, expectNoTrouble } = await openPage(browser, server.url, { path: '/published/weekly-report?tab=keys' })
    await page.getByRole('button', { name: 'Show keys' }).click()
    const key = page.getByRole('tabpanel').getByRole('definition').first()
    const before = await key.innerText()
    await page.getByRole('button', { name: 'New primary key' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'New primary key' }).click()
    await page.getByText('There is a new primary key.').waitFor(patience)
    await page.getByRole('tabpanel').getByRole('definition').last().filter({ hasText: before }).waitFor()
    assert.notEqual(await key.innerText(), before)
    await expectNoAxeViolations(page)
    await page.getByRole('tab', { name: 'Versions' }).click()
    await page.getByRole('grid', { name: 'Versions' }).getByText('sales, region, target').waitFor()
    await page.getByRole('main').getByRole('button', { name: 'Disable' }).first().click()
    await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click()
    await page.getByText('weekly-report starts no more jobs.').waitFor(patience)
    await expectNoAxeViolations(page)
    await page.getByRole('tab', { name: 'Start a job' }).click()
    await page.getByText('No version is enabled').waitFor()
    assert.equal(await page.getByRole('button', { name: 'Start the job' }).isDisabled(), true)
    expectNoTrouble()
    await page.close()
  })
})
