// npm run screenshots                        every page as the tests meet it, light and dark, empty and full: screenshots/
// npm run screenshots -- docs                the same, and the pictures that the docs show are made anew
// npm run screenshots -- URL FOLDER [PATH …] pages of a running server
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, globSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { root } from './node-24.mjs'

const [first, folder, ...paths] = process.argv.slice(2)
const places = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const executablePath = places.find((path) => path !== undefined && existsSync(path))
if (first !== undefined && first !== 'docs' && folder === undefined) {
  console.error('usage: npm run screenshots [-- docs], or npm run screenshots -- URL FOLDER [PATH ...]')
  process.exit(2)
}
if (executablePath === undefined) {
  console.error('There is no Chromium here: install it, or name it in the variable CHROMIUM.')
  process.exit(2)
}
if (folder === undefined) takeFromTests()
else await takeFrom(first)

/** The tests in the browser fill every page and look at it; here they keep what they see. */
function takeFromTests() {
  const kept = join(root, 'screenshots')
  rmSync(kept, { recursive: true, force: true })
  const env = { ...process.env, SLUICE_PICTURES: kept }
  const args = ['scripts/test.mjs', ...globSync('e2e/web/*.test.ts', { cwd: root })]
  const { status } = spawnSync(process.execPath, args, { cwd: root, env, stdio: 'inherit' })
  console.log(`${globSync('*.png', { cwd: kept }).length} pictures in screenshots/`)
  if (status !== 0) process.exit(1)
  if (first === 'docs') refreshDocs(kept)
}

/** What the docs show is taken in light, with the outline that tells a test when the page has become another. */
function refreshDocs(kept) {
  const shown = join(root, 'docs/pictures')
  rmSync(shown, { recursive: true, force: true })
  mkdirSync(shown)
  const texts = ['README.md', ...globSync('docs/**/*.md', { cwd: root })].map((file) =>
    readFileSync(join(root, file), 'utf8'),
  )
  const names = new Set(
    texts.flatMap((text) => [...text.matchAll(/pictures\/([a-z-]+)\.png/g)].map(([, name]) => name)),
  )
  for (const name of names) {
    copyFileSync(join(kept, `${name}-light.png`), join(shown, `${name}.png`))
    copyFileSync(join(kept, `${name}.txt`), join(shown, `${name}.txt`))
  }
  console.log(`${names.size} pictures in docs/pictures/`)
}

async function takeFrom(url) {
  mkdirSync(folder, { recursive: true })
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
  try {
    for (const colorScheme of ['light', 'dark']) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme })
      const page = await context.newPage()
      page.on('console', (message) => message.type() === 'error' && console.error(`${page.url()}: ${message.text()}`))
      page.on('pageerror', (error) => console.error(`${page.url()}: ${error.message}`))
      for (const path of paths.length > 0 ? paths : await pagesOf(page, url)) {
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
}

/** Every page of the navigation. */
async function pagesOf(page, url) {
  await page.goto(url)
  await page.locator('nav a').first().waitFor()
  const links = await page.locator('nav ul a').evaluateAll((found) => found.map((link) => link.getAttribute('href')))
  return [...new Set(links)]
}
