import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { expectNoAxeViolations, inBothThemes, openPage, skipWithoutBrowser, startBrowser } from './browser.ts'
import { startWebServer } from './web-server.ts'

/** 1,200 visits: a day each, of one of three wards. */
function visits(): string {
  const rows = Array.from({ length: 1200 }, (_, i) => {
    const day = new Date(Date.UTC(2023, 0, 1 + i)).toISOString().slice(0, 10)
    return `${day},${['north', 'south', 'west'][i % 3]},${10 + (i % 7)}\n`
  })
  return `day,ward,count\n${rows.join('')}`
}

/** Puts a query in the place of the one that is there. */
async function write(page: Page, sql: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Query', exact: true }).click()
  await page.keyboard.press('Control+a')
  await page.keyboard.press('Backspace')
  await page.keyboard.insertText(sql)
}

test('SQL queries in the web application', { skip: skipWithoutBrowser }, async (t) => {
  const server = await startWebServer(t)
  const browser = await startBrowser(t)
  const { url } = server
  await server.write('visits.csv', visits())
  const asset = 'name: visits\ntype: uri_file\npath: ./visits.csv\n'
  await server.sluice('data', 'create', '--file', await server.write('visits.yml', asset))
  await t.test('a query is run by the keyboard, and its address gives the same answer', () => run(browser, url))
  await t.test('a mistake is told at its place', () => mistake(browser, url))
  await t.test('an answer is drawn, along times and along words', () => draw(browser, url))
  await t.test('a query is saved with its chart, opened and asked again', () => save(browser, url))
  await t.test('a data asset leads to its rows; a server that is slow or away is told of', () => others(browser, url))
})

async function run(browser: Browser, url: string): Promise<void> {
  const { page, expectNoTrouble } = await openPage(browser, url, { path: '/queries' })
  await page.getByText('Nothing was asked yet').waitFor()
  await page.getByText('None is saved yet.').waitFor()
  await inBothThemes(page, 'queries-empty')
  await write(page, 'select ward, sum(count) as visits from v group by 1 order by 1')
  await page.getByLabel('Name in the query 1').fill('v')
  await page.getByLabel('What it is 1').fill('azureml:visits@latest')
  await page.getByRole('textbox', { name: 'Query', exact: true }).click()
  await page.keyboard.press('Control+Enter')
  const answer = page.getByRole('grid', { name: 'Answer' })
  await answer.getByText('north').waitFor()
  await page.getByText(/^3 rows in/).waitFor()
  assert.match(await answer.getByRole('row').nth(1).innerText(), /north\s+5197/)
  await inBothThemes(page, 'query')
  await page.reload()
  await answer.getByText('south').waitFor()
  await write(page, 'select * from v order by day')
  await page.keyboard.press('Control+Enter')
  await page.getByText(/^The first 1,000 rows, in/).waitFor()
  assert.ok((await answer.getByRole('row').count()) <= 100)
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Whole answer as CSV' }).click(),
  ])
  const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n')
  assert.equal(lines.length, 1201)
  assert.equal(lines[1], '2023-01-01,north,10')
  expectNoTrouble()
  await page.close()
}

async function mistake(browser: Browser, url: string): Promise<void> {
  const inputs = encodeURIComponent(JSON.stringify({ v: 'azureml:visits@latest' }))
  const { page } = await openPage(browser, url, {
    path: `/queries?sql=select%20%0A%20%20warden%20from%20v&inputs=${inputs}`,
  })
  const alert = page.getByRole('alert')
  assert.match(await alert.innerText(), /"warden" not found[^]*\n {4}warden from v\n {4}\^$/)
  await inBothThemes(page, 'query-mistake')
  await page.getByLabel('What it is 1').fill('azureml:nothing@latest')
  await page.getByRole('button', { name: 'Run' }).click()
  await alert.getByText('There is no data asset "nothing".').waitFor()
  await expectNoAxeViolations(page)
  await page.close()
}

async function draw(browser: Browser, url: string): Promise<void> {
  const inputs = encodeURIComponent(JSON.stringify({ v: 'azureml:visits@latest' }))
  const sql = encodeURIComponent(
    "select date_trunc('month', day) as month, ward, sum(count) as visits from v group by all",
  )
  const { page, expectNoTrouble } = await openPage(browser, url, {
    path: `/queries?sql=${sql}&inputs=${inputs}&look=chart`,
  })
  const answer = page.getByRole('region', { name: 'Answer' })
  await answer.getByRole('img', { name: 'visits · month' }).waitFor()
  await answer.getByLabel('One line for each').selectOption('ward')
  await answer.getByRole('button', { name: 'west' }).waitFor()
  await inBothThemes(page, 'query-chart')
  await answer.getByLabel('Along').selectOption('ward')
  await answer.getByLabel('One line for each').selectOption('')
  await answer.getByRole('figure').getByText('south').first().waitFor()
  await expectNoAxeViolations(page)
  expectNoTrouble()
  await page.close()
}

async function save(browser: Browser, url: string): Promise<void> {
  const inputs = encodeURIComponent(JSON.stringify({ v: 'azureml:visits@latest' }))
  const sql = encodeURIComponent('select ward, sum(count) as visits from v group by 1 order by 1')
  const { page, expectNoTrouble } = await openPage(browser, url, {
    path: `/queries?sql=${sql}&inputs=${inputs}&look=chart`,
  })
  await page.getByRole('region', { name: 'Answer' }).getByRole('figure').waitFor()
  await page.getByRole('button', { name: 'Save' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('visits-by-ward')
  await inBothThemes(page, 'query-save')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved as visits-by-ward, version 1.').waitFor()
  // Its own chart, of the answer that is kept.
  await page.getByRole('heading', { name: 'Its charts' }).waitFor()
  await page.goto(`${url}/queries`)
  await page.getByRole('link', { name: 'visits-by-ward' }).click()
  await page.getByRole('grid', { name: 'Answer' }).getByText('5198').waitFor()
  await page.getByRole('figure', { name: 'visits · ward' }).waitFor()
  await inBothThemes(page, 'queries')
  await page.getByRole('button', { name: 'Ask again: visits-by-ward' }).click()
  await page.getByText('visits-by-ward has the answer as version 1.').waitFor()
  const kept = await fetch(`${url}/api/v1/data/visits-by-ward/versions/1/query`)
  const { charts } = (await kept.json()) as { readonly charts: readonly object[] }
  assert.deepEqual(charts, [{ kind: 'bar', x: 'ward', y: ['visits'] }])
  expectNoTrouble()
  await page.close()
}

async function others(browser: Browser, url: string): Promise<void> {
  const viewport = { width: 390, height: 844 }
  const { page } = await openPage(browser, url, { path: '/data/visits', locale: 'fr', viewport })
  await page.getByRole('link', { name: 'Interroger en SQL' }).click()
  await page.getByText(/^100 lignes en/).waitFor()
  const width = await page.evaluate(() => document.documentElement.scrollWidth)
  assert.ok(width <= viewport.width, `the page is ${width} wide`)
  await inBothThemes(page, 'query-narrow')
  let answer = (): void => undefined
  const asked = new Promise<void>((resolve) => (answer = resolve))
  await page.route('**/api/v1/tables/query', async (route) => {
    await asked
    await route.abort()
  })
  await page.reload()
  await page.getByRole('button', { name: 'En cours…' }).waitFor()
  await expectNoAxeViolations(page)
  answer()
  await page.getByRole('alert').waitFor()
  await expectNoAxeViolations(page)
  await page.unroute('**/api/v1/tables/query')
  await page.getByRole('button', { name: 'Exécuter' }).click()
  await page.getByText(/^100 lignes en/).waitFor()
  await page.close()
}
