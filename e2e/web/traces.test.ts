import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Browser } from 'playwright-core'
import { expectNoAxeViolations, inBothThemes, openPage, skipWithoutBrowser, startBrowser } from './browser.ts'
import { startWebServer } from './web-server.ts'

const beginMs = Date.UTC(2026, 0, 15, 12)

interface GivenSpan {
  readonly trace: number
  readonly span: number
  readonly parent?: number
  readonly name: string
  /** Milliseconds after the beginning of the first trace. */
  readonly at: number
  readonly ms: number
  readonly failure?: string
  readonly attributes?: Readonly<Record<string, unknown>>
}

function hex(number: number, length: number): string {
  return number.toString(16).padStart(length, '0')
}

function idOf(trace: number): string {
  return `tr-${hex(trace, 32)}`
}

function attributesOf(given: Readonly<Record<string, unknown>>): readonly object[] {
  return Object.entries(given).map(([key, value]) => ({
    key,
    value: { stringValue: typeof value === 'string' ? value : JSON.stringify(value) },
  }))
}

/** Sends spans as OpenTelemetry's exporters do, in its JSON form. */
async function send(url: string, spans: readonly GivenSpan[]): Promise<void> {
  const sent = spans.map(({ trace, span, parent, name, at, ms, failure, attributes = {} }) => ({
    traceId: hex(trace, 32),
    spanId: hex(span, 16),
    ...(parent !== undefined && { parentSpanId: hex(parent, 16) }),
    name,
    startTimeUnixNano: `${beginMs + at}000000`,
    endTimeUnixNano: `${beginMs + at + ms}000000`,
    attributes: attributesOf(attributes),
    status: failure === undefined ? { code: 'STATUS_CODE_OK' } : { code: 'STATUS_CODE_ERROR', message: failure },
    events:
      failure === undefined
        ? []
        : [
            {
              name: 'exception',
              timeUnixNano: `${beginMs + at + ms}000000`,
              attributes: [
                { key: 'exception.type', value: { stringValue: 'KeyError' } },
                { key: 'exception.message', value: { stringValue: failure } },
                { key: 'exception.stacktrace', value: { stringValue: 'File "shop.py", line 7' } },
              ],
            },
          ],
  }))
  const answer = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-mlflow-experiment-id': '0' },
    body: JSON.stringify({ resourceSpans: [{ resource: {}, scopeSpans: [{ spans: sent }] }] }),
  })
  assert.equal(answer.status, 200, await answer.text())
}

const question = { messages: [{ role: 'user', content: 'When do I get my money back?' }] }
const answered = {
  choices: [
    {
      message: {
        role: 'assistant',
        content: 'Within 14 days.',
        tool_calls: [{ function: { name: 'look_up_order', arguments: '{"order": 7}' } }],
      },
    },
  ],
}

/** Two requests to an assistant, of which the second fails in its tool. */
const assistant: readonly GivenSpan[] = [1, 2].flatMap((trace) => [
  {
    ...{ trace, span: 10 * trace, name: 'assistant', at: 1000 * trace, ms: 900 },
    ...(trace === 2 && { failure: 'no order 13' }),
    attributes: {
      'mlflow.spanType': 'AGENT',
      'mlflow.spanInputs': { question: 'money?' },
      'session.id': trace === 1 ? 'blue' : 'green',
    },
  },
  {
    ...{ trace, span: 10 * trace + 1, parent: 10 * trace, name: 'chat', at: 1000 * trace + 100, ms: 500 },
    attributes: {
      ...{ 'mlflow.spanType': 'CHAT_MODEL', 'mlflow.spanInputs': question, 'mlflow.spanOutputs': answered },
      'mlflow.chat.tokenUsage': { input_tokens: 20, output_tokens: 5, total_tokens: 25 },
    },
  },
  {
    ...{ trace, span: 10 * trace + 2, parent: 10 * trace, name: 'look_up_order', at: 1000 * trace + 650, ms: 200 },
    ...(trace === 2 && { failure: 'no order 13' }),
    attributes: { 'mlflow.spanType': 'TOOL', 'mlflow.spanInputs': { order: 7 }, 'mlflow.spanOutputs': 'shipped' },
  },
])

/** One trace of 5,000 spans, fifty under each of a hundred. */
const large: readonly GivenSpan[] = Array.from({ length: 5000 }, (_, index) => ({
  ...{ trace: 3, span: 1000 + index, name: index === 0 ? 'crawl' : `page ${index}`, at: 5000 + index, ms: 20 },
  ...(index > 0 && { parent: index % 50 === 1 || index < 50 ? 1000 : 1000 + index - ((index - 1) % 50) }),
}))

/** Many small ones, as a service makes them. */
const many: readonly GivenSpan[] = Array.from({ length: 1500 }, (_, index) => ({
  ...{ trace: 10_000 + index, span: 1, name: 'ping', at: -10_000 - index, ms: 1 },
}))

test('traces in the web application', { skip: skipWithoutBrowser }, async (t) => {
  const { url } = await startWebServer(t)
  const browser = await startBrowser(t)

  await t.test('without one it is said what they are for and how to begin', async () => {
    const { page, expectNoTrouble } = await openPage(browser, url, { path: '/traces' })
    await page.getByText('No trace yet').waitFor()
    await inBothThemes(page, 'traces-empty')
    expectNoTrouble()
    await page.close()
  })

  await send(url, assistant)
  await send(url, large)
  await send(url, many)
  await t.test('the table is filtered, and an address keeps the view', () => filterTraces(browser, url))
  await t.test('of many traces few rows are drawn, and more come at the end', () => scrollTraces(browser, url))
  await t.test('spans stand on the axis of time and are walked by the keyboard', () => walkSpans(browser, url))
  await t.test('5,000 spans are as fast as five', () => walkLargeTrace(browser, url))
  await t.test('assessments and tags are added, changed and deleted', () => assess(browser, url))
  await t.test('traces are deleted together, after a question', () => deleteTraces(browser, url))
  await t.test('a server that is slow, refuses or is away is told of', () => brokenServer(browser, url))
  await t.test('the palette finds traces by name; the page speaks French on a narrow screen', () =>
    findTrace(browser, url),
  )
})

async function filterTraces(browser: Browser, url: string): Promise<void> {
  const { page, expectNoTrouble, forgive } = await openPage(browser, url, { path: '/traces' })
  const table = page.getByRole('grid', { name: 'Traces' })
  await table.getByText('crawl').waitFor()
  await page.getByText('1,503 rows').waitFor()
  await inBothThemes(page, 'traces')
  await page.getByLabel('State').selectOption('ERROR')
  await page.getByText('1 rows').waitFor()
  assert.match(await table.getByRole('row').nth(1).innerText(), /assistant[^]*Failed[^]*25[^]*green/)
  await page.getByLabel('State').selectOption('')
  const filter = page.getByRole('textbox', { name: 'Filter' }).or(page.getByRole('combobox', { name: 'Filter' }))
  await filter.fill("span.name >> 'chat'")
  await filter.press('Enter')
  const mistake = page.getByRole('alert')
  assert.match(await mistake.innerText(), /'>>'[^]*\n {2}span\.name >> 'chat'\n {12}\^/)
  await expectNoAxeViolations(page)
  forgive()
  await filter.fill("span.name = 'chat' AND metadata.`mlflow.trace.session` = 'blue'")
  await filter.press('Enter')
  await page.getByText('1 rows').waitFor()
  await page.reload()
  await page.getByText('1 rows').waitFor()
  await table.getByRole('link', { name: 'blue' }).waitFor()
  await page.getByLabel('Time').selectOption('24h')
  await page.getByText('No trace meets this').waitFor()
  await page.getByLabel('Time').selectOption('custom')
  await page.getByLabel('From').fill('2026-01-01T00:00')
  await page.getByText('1 rows').waitFor()
  await page.waitForURL((now) => /filter=span.*&from="?2026/.test(decodeURIComponent(now.search)))
  expectNoTrouble()
  await page.close()
}

async function scrollTraces(browser: Browser, url: string): Promise<void> {
  const { page, expectNoTrouble } = await openPage(browser, url, { path: '/traces?sort=time' })
  const table = page.getByRole('grid', { name: 'Traces' })
  await table.getByText('ping').first().waitFor()
  await table.focus()
  // Each time a piece of 200 comes, and its first rows stand under the last one of those before.
  for (let piece = 1; piece < 4; piece++) {
    await page.keyboard.press('End')
    await table.locator(`[aria-rowindex="${200 * piece + 2}"]`).waitFor()
  }
  assert.ok((await table.getByRole('row').count()) <= 100)
  expectNoTrouble()
  await page.close()
}

async function walkSpans(browser: Browser, url: string): Promise<void> {
  const { page, expectNoTrouble } = await openPage(browser, url, { path: `/traces/${idOf(2)}` })
  const tree = page.getByRole('tree', { name: 'Spans over time' })
  const panel = page.getByRole('region', { name: 'Span', exact: true })
  await panel.getByRole('note').getByText('no order 13').waitFor()
  await inBothThemes(page, 'trace')
  for (const name of [/^assistant failed 900 ms$/, /^chat 500 ms$/, /^look_up_order failed 200 ms$/])
    await tree.getByRole('treeitem', { name }).waitFor()
  await tree.focus()
  await page.keyboard.press('ArrowDown')
  await panel.getByRole('region', { name: 'Inputs' }).getByText('When do I get my money back?').waitFor()
  const messages = panel.getByRole('region', { name: 'Outputs' })
  assert.match(await messages.innerText(), /Assistant\s+Within 14 days\.\s+calls look_up_order/)
  await inBothThemes(page, 'trace-span')
  await messages.getByRole('button', { name: 'JSON' }).click()
  await messages.getByText('choices').waitFor()
  await tree.focus()
  await page.keyboard.press('j')
  await panel.getByText('Stack trace').click()
  await panel.getByText('File "shop.py", line 7').waitFor()
  await expectNoAxeViolations(page)
  await page.reload()
  await panel.getByText('KeyError', { exact: true }).waitFor()
  await tree.focus()
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('ArrowLeft')
  await tree.getByText('chat').waitFor({ state: 'detached' })
  await page.keyboard.press('ArrowRight')
  await tree.getByText('chat').waitFor()
  await page.getByLabel('Only failed').check()
  await page.getByText('2 of 3 spans').waitFor()
  expectNoTrouble()
  await page.close()
}

async function walkLargeTrace(browser: Browser, url: string): Promise<void> {
  const { page, expectNoTrouble } = await openPage(browser, url, { path: `/traces/${idOf(3)}` })
  const tree = page.getByRole('tree')
  await page.getByText('5,000 spans').waitFor()
  await tree.focus()
  await page.keyboard.press('End')
  await tree.getByRole('treeitem', { name: /^page 4999 / }).waitFor()
  assert.ok((await tree.getByRole('treeitem').count()) <= 100)
  await page.getByRole('button', { name: 'Close all' }).click()
  await page.getByText('1 of 5,000 spans').waitFor()
  await page.getByLabel('Find spans by name or type').fill('page 4321')
  // The one, what it is under, and the root.
  await page.getByText('3 of 5,000 spans').waitFor()
  await inBothThemes(page, 'trace-5000-spans')
  expectNoTrouble()
  await page.close()
}

async function assess(browser: Browser, url: string): Promise<void> {
  const { page, expectNoTrouble } = await openPage(browser, url, { path: `/traces/${idOf(1)}?tab=assessments` })
  await page.getByText('Nothing was said about this trace').waitFor()
  await page.getByRole('button', { name: 'Add an assessment' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('correct')
  await dialog.getByLabel('The value is').selectOption('number')
  await dialog.getByLabel('Value', { exact: true }).fill('many')
  await dialog.getByText('This is not a number.').waitFor()
  await expectNoAxeViolations(page)
  await dialog.getByLabel('The value is').selectOption('truth')
  await dialog.getByRole('combobox', { name: 'Value', exact: true }).selectOption('false')
  await dialog.getByLabel('Why (optional)').fill('It made up the date.')
  await dialog.getByLabel('Who says so').fill('ada')
  await dialog.getByRole('button', { name: 'Add an assessment' }).click()
  await page.getByText('It made up the date.').waitFor()
  await page.getByText(/Person · ada/).waitFor()
  await inBothThemes(page, 'trace-assessment')
  await page.getByRole('button', { name: 'Edit correct' }).click()
  await dialog.getByRole('combobox', { name: 'Value', exact: true }).selectOption('true')
  await dialog.getByRole('button', { name: 'Edit' }).click()
  await page.getByText('The assessment is changed.').waitFor()
  await page.getByRole('tabpanel').getByText('Yes').waitFor()
  const found = await fetch(`${url}/api/v1/traces/search`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ filter: "feedback.correct = 'true'" }),
  })
  const { items } = (await found.json()) as { readonly items: readonly { readonly trace_id: string }[] }
  assert.deepEqual(
    items.map((item) => item.trace_id),
    [idOf(1)],
  )
  await page.getByRole('button', { name: 'Delete correct' }).click()
  await dialog.getByRole('button', { name: 'Delete' }).click()
  await page.getByText('Nothing was said about this trace').waitFor()
  await page.getByRole('tab', { name: 'Tags & metadata' }).click()
  await page.getByLabel('Name', { exact: true }).fill('team')
  await page.getByLabel('Value', { exact: true }).fill('support')
  await page.getByRole('button', { name: 'Set a tag' }).click()
  await page.getByRole('definition').filter({ hasText: 'support' }).waitFor()
  await inBothThemes(page, 'trace-assessments')
  await page.getByRole('button', { name: 'Delete the tag team' }).click()
  await page.getByRole('button', { name: 'Delete the tag team' }).waitFor({ state: 'detached' })
  expectNoTrouble()
  await page.close()
}

async function deleteTraces(browser: Browser, url: string): Promise<void> {
  const { page, expectNoTrouble } = await openPage(browser, url, { path: `/traces?filter=name+%3D+'ping'` })
  await page.getByText('1,500 rows').waitFor()
  const table = page.getByRole('grid', { name: 'Traces' })
  await table.focus()
  await page.keyboard.press('x')
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Shift+ArrowDown')
  await page.getByText('3 traces selected').waitFor()
  await page.getByRole('button', { name: 'Delete', exact: true }).click()
  await page.getByRole('dialog').getByText('This cannot be undone.').waitFor()
  await expectNoAxeViolations(page)
  await page.getByRole('button', { name: 'Delete 3 traces' }).click()
  await page.getByText('1,497 rows').waitFor()
  expectNoTrouble()
  await page.close()
}

async function brokenServer(browser: Browser, url: string): Promise<void> {
  const { page } = await openPage(browser, url, { path: `/traces/${idOf(99)}` })
  await page.getByRole('alert').getByText(idOf(99)).waitFor()
  await expectNoAxeViolations(page)
  let answer = (): void => undefined
  const asked = new Promise<void>((resolve) => (answer = resolve))
  await page.route('**/api/v1/traces/search', async (route) => {
    await asked
    await route.abort()
  })
  await page.goto(`${url}/traces`)
  await page.getByText('Loading…').first().waitFor({ state: 'attached' })
  await expectNoAxeViolations(page)
  answer()
  await page.getByText('The server does not answer.').waitFor()
  await expectNoAxeViolations(page)
  await page.unroute('**/api/v1/traces/search')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('grid', { name: 'Traces' }).getByText('crawl').waitFor()
  await page.close()
}

async function findTrace(browser: Browser, url: string): Promise<void> {
  const viewport = { width: 390, height: 844 }
  const { page, expectNoTrouble } = await openPage(browser, url, { path: '/traces', locale: 'fr', viewport })
  await page.getByRole('heading', { name: 'Traces', level: 1 }).waitFor()
  await page.getByLabel('Tous les états').or(page.getByLabel('État')).first().waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').last().fill('crawl')
  await page.getByRole('option', { name: /crawl/ }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('tree', { name: 'Spans dans le temps' }).waitFor()
  const width = await page.evaluate(() => document.documentElement.scrollWidth)
  assert.ok(width <= viewport.width, `the page is ${width} wide`)
  await inBothThemes(page, 'traces-narrow')
  expectNoTrouble()
  await page.close()
}
