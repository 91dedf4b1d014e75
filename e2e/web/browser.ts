import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { TestContext } from 'node:test'
import { type Browser, type BrowserContextOptions, type Page, chromium } from 'playwright-core'
import { keepPicture } from './pictures.ts'

const usualPlaces = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** A Chromium of this machine: `CHROMIUM`, or one in the usual places. */
export const chromiumPath = [process.env['CHROMIUM'], ...usualPlaces].find(
  (path) => path !== undefined && existsSync(path),
)

/** For a test's options: why it is skipped, or false. */
export const skipWithoutBrowser =
  chromiumPath === undefined && 'no Chromium here: install it, or name it in the variable CHROMIUM'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** How long a page may take for what it is asked. */
const patienceMs = 120_000

/** A browser for one test file; closed after the test. */
export async function startBrowser(t: TestContext): Promise<Browser> {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update']
  const browser = await chromium.launch({ executablePath: chromiumPath!, args })
  t.after(() => browser.close())
  return browser
}

export interface WebPage {
  readonly page: Page
  /** Fails when something was asked of another server, the console had an error, or a script threw. */
  readonly expectNoTrouble: () => void
  /** Takes what was seen so far as expected, e.g. answers that were made to fail. */
  readonly forgive: () => void
}

/** A page of the application on the server at `url`, watched for all it asks and complains of. */
export async function openPage(
  browser: Browser,
  url: string,
  { path = '/', ...options }: BrowserContextOptions & { readonly path?: string } = {},
): Promise<WebPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en', ...options })
  // What a page is to show is waited for as long as a busy machine needs; what hangs fails by its name.
  context.setDefaultTimeout(patienceMs)
  const page = await context.newPage()
  let troubles: string[] = []
  page.on('request', (request) => {
    const to = request.url()
    if (!to.startsWith(url) && !to.startsWith('data:') && !to.startsWith('blob:')) troubles.push(`asked for ${to}`)
  })
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      troubles.push(`console: ${message.text()} ${message.location().url}`)
  })
  page.on('pageerror', (error) => troubles.push(`thrown: ${error.message}`))
  await page.goto(url + path)
  return {
    page,
    expectNoTrouble: () => assert.deepEqual(troubles, []),
    forgive: () => {
      troubles = []
    },
  }
}

interface AxeViolation {
  readonly id: string
  readonly help: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[]
}

/** WCAG 2.2 A and AA as axe-core sees it, in the colours the page has now. */
export async function expectNoAxeViolations(page: Page): Promise<void> {
  const loaded = await page.evaluate(() => 'axe' in globalThis)
  // By the debugger, which the page's policy does not hold up.
  if (!loaded) await page.evaluate(axeSource)
  const violations = (await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run: (options: object) => Promise<{ violations: unknown }> } }
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
    return (await axe.run({ runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] })).violations
  })) as readonly AxeViolation[]
  const told = violations.map(({ id, help, nodes }) => ({
    id,
    help,
    nodes: nodes.slice(0, 5).map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary ?? ''}`),
  }))
  assert.deepEqual(told, [], page.url())
}

/**
 * WCAG as above in light and in dark, in light at the end. Under `picture`, a name such as `monitors-empty`, both are kept
 * as pictures when `npm run screenshots` asks.
 */
export async function inBothThemes(page: Page, picture?: string): Promise<void> {
  for (const theme of ['dark', 'light'] as const) {
    await setTheme(page, theme)
    await expectNoAxeViolations(page)
    if (picture !== undefined) await keepPicture(page, picture, theme)
  }
}

/** Shows the page in a theme, as the switch would. */
export async function setTheme(page: Page, theme: 'light' | 'dark'): Promise<void> {
  await page.evaluate((name) => document.documentElement.setAttribute('data-theme', name), theme)
}
