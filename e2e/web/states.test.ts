import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { inBothThemes, openPage, skipWithoutBrowser, startBrowser } from './browser.ts'
import { startWebServer } from './web-server.ts'

const patience = { timeout: 60_000 }
/** Calls of the pages; the feed of events has its own ways (home.test.ts). */
const calls = /\/(api|ajax-api)\/(?!v1\/events)/
/** What asks the server for nothing of its own. */
const askingNothing = ['/settings']
const refusal = { error: { code: 'store-unavailable', message: 'The disk is full.', hint: 'Free some space.' } }

/** Things that are not there, by their addresses. */
const unknown = [
  ...['jobs', 'runs', 'experiments', 'models', 'data', 'endpoints', 'batch-endpoints', 'monitors', 'published'],
  ...['components', 'environments', 'schedules', 'triggers', 'traces', 'prompts'],
].map((kind) => `/${kind}/nothing-of-this-name`)

test('every page when the server is slow, broken or without the thing', { skip: skipWithoutBrowser }, async (t) => {
  const { url } = await startWebServer(t)
  const browser = await startBrowser(t)
  const { page } = await openPage(browser, url)
  const links = page.locator('nav ul a')
  await links.first().waitFor(patience)
  const pages = (await links.evaluateAll((all) => all.map((link) => link.getAttribute('href')!))).filter(
    (path) => !askingNothing.includes(path),
  )
  assert.ok(pages.length > 8)

  for (const path of pages) {
    await t.test(`${path}: waiting shows that it waits, a refusal what and how to go on`, async () => {
      let answer: () => void = () => undefined
      const isAllowed = new Promise<void>((resolve) => (answer = resolve))
      await page.route(calls, async (route) => {
        await isAllowed
        await route.continue()
      })
      await page.goto(url + path)
      await page.locator('main [aria-busy=true]').first().waitFor(patience)
      await inBothThemes(page)
      answer()
      await page
        .locator('main [aria-busy=true]')
        .first()
        .waitFor({ state: 'detached', ...patience })
      await page.locator('main h1').waitFor(patience)
      await page.unrouteAll({ behavior: 'wait' })

      await page.route(calls, (route) => route.fulfill({ status: 503, json: refusal }))
      await page.reload()
      await page.locator('main').getByText('The disk is full.').first().waitFor(patience)
      await page.locator('main').getByText('Free some space.').first().waitFor()
      await inBothThemes(page)
      await page.unrouteAll({ behavior: 'wait' })
      await goOn(page)

      await page.setViewportSize({ width: 390, height: 800 })
      const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      assert.ok(tooWide <= 0, `${path} is ${tooWide} px wider than a telephone`)
      await page.setViewportSize({ width: 1280, height: 800 })
    })
  }

  for (const path of unknown) {
    await t.test(`${path}: what is not there is said, with a way on`, async () => {
      await page.goto(url + path)
      await page.locator('main').getByRole('alert').first().waitFor(patience)
      assert.match(await page.locator('main').innerText(), /nothing-of-this-name|does not exist|There is no|not found/i)
      await inBothThemes(page)
    })
  }
})

/** Tries again whatever was refused, as a user would, until nothing is. */
async function goOn(page: Page): Promise<void> {
  const again = page.locator('main').getByRole('button', { name: 'Try again' })
  const until = Date.now() + patience.timeout
  while ((await again.count()) > 0) {
    assert.ok(Date.now() < until, `${page.url()} is refused no more, and says so still`)
    // The last one may go by itself meanwhile.
    await again
      .first()
      .click({ timeout: 1000, noWaitAfter: true })
      .catch(() => undefined)
    await page.waitForTimeout(100)
  }
}
