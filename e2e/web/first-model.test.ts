import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expectNoAxeViolations, inBothThemes, openPage, skipWithoutBrowser, startBrowser } from './browser.ts'
import { startWebServer } from './web-server.ts'

// The environment of the example is built once for all tests; where this is the first, it is built here.
const patience = { timeout: 120_000 }

test('from the first start to a served model without the command line', { skip: skipWithoutBrowser }, async (t) => {
  const { url } = await startWebServer(t)
  const browser = await startBrowser(t)
  const { page, expectNoTrouble } = await openPage(browser, url)

  await t.test('an empty home offers examples, and one of them is a job with a click', async () => {
    await page.getByText('Nothing has run here yet').waitFor(patience)
    await page.getByText(/more examples$/).click()
    await page.getByRole('button', { name: 'Run the example sweep', exact: true }).waitFor()
    await inBothThemes(page, 'home-examples')
    await page.getByRole('button', { name: 'Run the example diabetes' }).click()
    await page.getByRole('heading', { name: 'diabetes', level: 1 }).waitFor(patience)
    await page.locator('.page-head').getByText('Completed').waitFor(patience)
    expectNoTrouble()
  })

  await t.test('the model it registered is deployed from its page', async () => {
    await page.getByRole('link', { name: 'Models' }).click()
    await page.getByRole('grid', { name: 'Models' }).getByRole('link', { name: 'diabetes' }).click(patience)
    await page.getByRole('rowheader', { name: 'bmi' }).waitFor(patience)
    await page.getByRole('main').getByRole('button', { name: 'Deploy', exact: true }).first().click()
    await page.getByRole('dialog').getByRole('button', { name: 'Deploy' }).click(patience)
    await page.getByRole('heading', { name: 'diabetes', level: 1 }).waitFor(patience)
    await page.getByRole('grid', { name: 'Deployments' }).getByText('Ready').waitFor(patience)
    expectNoTrouble()
  })

  await t.test('a row that is typed into a form is scored', async () => {
    await page.getByRole('tab', { name: 'Try it' }).click()
    for (const box of await page.getByRole('textbox').or(page.getByRole('spinbutton')).all()) await box.fill('0.01')
    await expectNoAxeViolations(page)
    await page.getByRole('button', { name: 'Send' }).click()
    await page.getByText('answered by blue').waitFor(patience)
    const panel = page.locator('.panel', { has: page.getByRole('heading', { name: 'Answer' }) })
    const answer = await panel.getByText(/^\d{2,3}\.\d+$/).innerText(patience)
    // The mean of the progression is 152; a patient like this one is near it.
    assert.ok(Number(answer) > 100 && Number(answer) < 250, answer)
    expectNoTrouble()
  })

  await t.test('from then on examples are among the ways to a new job', async () => {
    await page.goto(`${url}/jobs`)
    await page.getByRole('button', { name: 'New job' }).click(patience)
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Run the example diabetes' }).waitFor(patience)
    await expectNoAxeViolations(page)
    await dialog.getByRole('button', { name: 'Run the example diabetes' }).click()
    await page.getByText(/^Submitted as/).waitFor(patience)
    await page.locator('.page-head').getByText('Completed').waitFor(patience)
    expectNoTrouble()
  })
})
