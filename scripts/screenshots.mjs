// npm run screenshots -- URL FOLDER [PATH ...]: pictures of pages of a running server, light and dark, to look at.
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const [url, folder, ...paths] = process.argv.slice(2)
if (folder === undefined) {
  console.error('usage: npm run screenshots -- URL FOLDER [PATH ...]')
  process.exit(2)
}
const places = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const executablePath = places.find((path) => path !== undefined && existsSync(path))
if (executablePath === undefined) {
  console.error('There is no Chromium here: install it, or name it in the variable CHROMIUM.')
  process.exit(2)
}
mkdirSync(folder, { recursive: true })
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
try {
  for (const colorScheme of ['light', 'dark']) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme })
    const page = await context.newPage()
    page.on('console', (message) => message.type() === 'error' && console.error(`${page.url()}: ${message.text()}`))
    page.on('pageerror', (error) => console.error(`${page.url()}: ${error.message}`))
    for (const path of paths.length > 0 ? paths : await pagesOf(page)) {
      await page.goto(new URL(path, url).href)
      await page.locator('main h1').waitFor()
      // Until nothing is on its way any more.
      await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' })
      await page.waitForTimeout(400)
      const name = path.replaceAll(/[^a-z0-9]+/gi, '-').replaceAll(/^-|-$/g, '') || 'home'
      await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`), fullPage: true })
    }
    await context.close()
  }
} finally {
  await browser.close()
}

/** Every page of the navigation. */
async function pagesOf(page) {
  await page.goto(url)
  await page.locator('nav a').first().waitFor()
  const links = await page.locator('nav ul a').evaluateAll((found) => found.map((link) => link.getAttribute('href')))
  return [...new Set(links)]
}
