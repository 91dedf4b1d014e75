import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expectNoAxeViolations, inBothThemes, openPage, skipWithoutBrowser, startBrowser } from './browser.ts'
import { startWebServer } from './web-server.ts'

const failing = `
type: command
display_name: features from payments
experiment_name: fraud
command: echo reading && exit 3
`
const daily = `
name: daily
trigger: {type: recurrence, frequency: hour, interval: 2}
create_job: ./failing.yml
`

test('the home page and the settings', { skip: skipWithoutBrowser }, async (t) => {
  const { url, sluice, write, kill } = await startWebServer(t)
  const browser = await startBrowser(t)
  const { page, expectNoTrouble } = await openPage(browser, url)

  await t.test('what happens appears by itself: a job that fails, with its reason', async () => {
    await page.goto('about:blank')
    const asked: string[] = []
    page.on('request', (request) => request.url().includes('/api/') && asked.push(request.url()))
    await page.goto(url)
    await page.getByText('Nothing has run here yet').waitFor()
    // First of all: what changes between the page's questions and the stream's begin would not be heard of otherwise.
    assert.equal(asked[0], `${url}/api/v1/events?limit=1`)
    const file = await write('failing.yml', failing)
    await assert.rejects(sluice('run', file))
    await page.getByText('The command ended with exit code 3').waitFor({ timeout: 60_000 })
    await page.getByText('features from payments').first().waitFor()
    await page.getByText('fraud').first().waitFor()
  })

  await t.test('what a schedule will do in the next day is there, and no theme hides anything', async () => {
    await sluice('schedule', 'create', '-f', await write('daily.yml', daily))
    await page.getByText('daily', { exact: true }).first().waitFor({ timeout: 60_000 })
    await inBothThemes(page, 'home')
    expectNoTrouble()
  })

  await t.test('the store is checked when asked for', async () => {
    await page.getByRole('link', { name: 'Settings' }).click()
    await page.getByRole('button', { name: 'Check the store' }).click()
    await page.getByText('In order').first().waitFor({ timeout: 60_000 })
    await expectNoAxeViolations(page)
    expectNoTrouble()
  })

  await t.test('letters act until they are turned off', async () => {
    await page.keyboard.press('Escape')
    await page.locator('#content').focus()
    await page.keyboard.press('g')
    await page.keyboard.press('h')
    await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press(',')
    await page.getByRole('main').getByLabel('Single-letter shortcuts').selectOption('off')
    await page.locator('#content').focus()
    await page.keyboard.press('?')
    await page.keyboard.press('Control+k')
    await page.getByRole('dialog', { name: 'Go to' }).waitFor()
    assert.equal(await page.getByRole('dialog').count(), 1)
  })

  await t.test('an address that the mlflow client printed leads into the application', async () => {
    const { page: other } = await openPage(browser, url, { path: '/#/experiments/0/runs/0af3' })
    await other.waitForURL(`${url}/runs/0af3`)
    await other.close()
  })

  await t.test('a second tab hears the same, by the stream of the first', async () => {
    const second = await page.context().newPage()
    const streams: string[] = []
    second.on('request', (request) => request.url().includes('/events?after') && streams.push(request.url()))
    await second.goto(url)
    await second.getByRole('status').filter({ hasText: 'Live' }).waitFor({ timeout: 60_000 })
    assert.deepEqual(streams, [])
    await second.close()
  })

  await t.test('without a server it says so, and goes on when there is one', async () => {
    const state = (text: string) => page.getByRole('status').filter({ hasText: text }).waitFor({ timeout: 60_000 })
    await page.goto(url)
    await state('Live')
    const start = await kill()
    await state('No connection')
    await start()
    await state('Live')
  })
})
