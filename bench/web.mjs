// The budgets of a browser's tab, in Chromium without a GPU, against a server of ours filled by its public interfaces.
// Options: --store DIR keeps the filled store for the next time; --runs N (default 100000); --only WORD of a line's name.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { chromiumPath } from '../e2e/web/browser.ts'
import { median, table } from './measure.mjs'
import { startFilledServer } from './web-store.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const option = (name, usual) => {
  const at = process.argv.indexOf(name)
  return at < 0 ? usual : process.argv[at + 1]
}
const runs = Number(option('--runs', '100000'))
const kept = option('--store')
const only = option('--only', '')
const rounds = 5
const megabyte = 1_000_000

if (chromiumPath === undefined) {
  console.error('There is no Chromium here: install it, or name it in the variable CHROMIUM.')
  process.exit(2)
}
const folder = kept ?? mkdtempSync(join(tmpdir(), 'sluice-web-bench-'))
const store = await startFilledServer(join(root, 'bin', 'sluice.mjs'), folder, runs)
const { url } = store.server
const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--enable-precise-memory-info']
const browser = await chromium.launch({ executablePath: chromiumPath, args })
const rows = []
const count = runs.toLocaleString('en')

/** One line of the answer; `most` or `least` is the budget. */
function line(what, measured, { most, least, unit, digits = 0 }) {
  const isMet = most === undefined ? measured >= least : measured <= most
  const budget = most === undefined ? `>= ${least}` : `<= ${most}`
  rows.push([what, `${budget} ${unit}`, `${measured.toFixed(digits)} ${unit}`, isMet ? 'met' : 'NOT MET'])
}

const parts = {
  size: async () => {
    const { entry, largest } = sizes()
    line('size: entry, gzipped', entry / 1000, { most: 350, unit: 'kB' })
    line(`size: largest lazy piece (${largest.name}), gzipped`, largest.bytes / 1000, { most: 250, unit: 'kB' })
  },
  runs: async () => {
    const page = await newPage()
    const path = `/experiments/${store.experiment_id}`
    const documents = await times(() => opened(page, path, firstRow))
    line(`runs: first rows of ${count}, document to paint, warm cache`, documents, { most: 300, unit: 'ms' })
    const inside = await times(async () => {
      await opened(page, '/experiments', '[role=grid] a[href^="/experiments/"]')
      return followed(page, `a[href="${path}"]`, firstRow)
    })
    line(`runs: first rows of ${count}, click to paint`, inside, { most: 300, unit: 'ms' })
    const { longest, frame, rowsDrawn, rowsLoaded } = await scrolled(page)
    line(`runs: longest main-thread block while ${rowsLoaded} rows scroll by`, longest, { most: 100, unit: 'ms' })
    line('runs: longest frame meanwhile', frame, { most: 100, unit: 'ms' })
    line('runs: rows in the document at most', rowsDrawn, { most: 100, unit: 'rows' })
    await page.context().close()
  },
  log: async () => {
    const page = await newPage()
    const path = `/jobs/${store.log}?tab=log`
    line('log: first paint of 1 GB, warm cache', await times(() => opened(page, path, '.log-line')), {
      most: 300,
      unit: 'ms',
    })
    await wander(page)
    const { heap, process: resident } = await memory(page)
    line('log: heap of the tab after reading all over it', heap / megabyte, { most: 150, unit: 'MB' })
    console.log(
      `The whole process of that tab: ${(resident / megabyte).toFixed(0)} MB PSS (an empty page's: see below).`,
    )
    await page.goto('about:blank')
    console.log(`An empty page's: ${((await memory(page)).process / megabyte).toFixed(0)} MB PSS.`)
    await page.context().close()
  },
  graph: async () => {
    const page = await newPage()
    const shown = await times(() => opened(page, `/jobs/${store.graph}`, '.react-flow__node'))
    line(`graph: ${store.steps} steps laid out and drawn`, shown, { most: 1000, unit: 'ms' })
    line('graph: panning all of it, software renderer', await panned(page), { least: 30, unit: 'fps' })
    await page.context().close()
  },
  compare: async () => {
    const page = await newPage()
    const path = `/compare?runs=${store.wide.join(',')}`
    line('compare: 10 runs of 8,000 metrics, document to values', await times(() => opened(page, path, firstRow)), {
      most: 1000,
      unit: 'ms',
    })
    const typed = await times(() => found(page))
    line('compare: a key found among them, key press to paint', typed, { most: 200, unit: 'ms' })
    await page.context().close()
  },
  throttled: async () => {
    const [paints, usable] = [[], []]
    for (let round = 0; round < rounds; round++) {
      const page = await newPage()
      const devtools = await page.context().newCDPSession(page)
      await devtools.send('Emulation.setCPUThrottlingRate', { rate: 4 })
      usable.push(await opened(page, '/', '.home-columns .home-list'))
      paints.push(await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0].startTime))
      await page.context().close()
    }
    line('throttled: first contentful paint of home, CPU/4, cold cache', median(paints), { most: 1500, unit: 'ms' })
    line('throttled: home usable, CPU/4, cold cache', median(usable), { most: 2500, unit: 'ms' })
  },
}

const firstRow = '[role=grid] [role=row][aria-rowindex="2"]'
try {
  for (const [name, part] of Object.entries(parts)) if (name.includes(only)) await part()
} finally {
  await browser.close()
  await store.server.stop()
  if (kept === undefined) rmSync(folder, { recursive: true, force: true })
}
console.log(`Times are medians of ${rounds}, from the start of the navigation or the click to the frame that shows it.`)
const [load] = loadavg()
if (load > availableParallelism() + 1)
  console.log(`${load.toFixed(0)} processes wanted the ${availableParallelism()} processors: times say little.`)
table(['what', 'budget', 'measured', ''], rows)
if (rows.some(([, , , verdict]) => verdict !== 'met')) process.exitCode = 1

async function newPage() {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en' })
  return context.newPage()
}

/** What index.html names, and the largest piece that it does not; bytes as they are sent. */
function sizes() {
  const web = join(root, 'dist', 'web')
  const index = readFileSync(join(web, 'index.html'), 'utf8')
  const files = readdirSync(join(web, 'web')).filter((name) => name.endsWith('.gz'))
  const all = files.map((file) => ({ name: file.slice(0, -3), bytes: readFileSync(join(web, 'web', file)).length }))
  const isEntry = ({ name }) => index.includes(`/web/${name}"`)
  const lazy = all.filter((each) => !isEntry(each)).sort((left, right) => right.bytes - left.bytes)
  return { entry: all.filter(isEntry).reduce((sum, { bytes }) => sum + bytes, 0), largest: lazy[0] }
}

/** The median of some rounds, after one that is not counted: it fills the caches. */
async function times(one) {
  await one()
  const measured = []
  for (let round = 0; round < rounds; round++) measured.push(await one())
  return median(measured)
}

/** Opens an address as if it were typed; milliseconds from its start to the first frame with the element in it. */
async function opened(page, path, selector) {
  await page.goto(url + path, { waitUntil: 'commit' })
  return page.evaluate(seen, { selector })
}

/** Clicks a link of the application; milliseconds to the first frame with the element in it. */
async function followed(page, link, selector) {
  return page.evaluate(seen, { link, selector })
}

/** In the page: looks at each frame. */
async function seen({ link, selector }) {
  const from = link === undefined ? 0 : performance.now()
  if (link !== undefined) document.querySelector(link).click()
  for (;;) {
    await new Promise((resolve) => requestAnimationFrame(resolve))
    if (document.querySelector(selector) !== null) return performance.now() - from
  }
}

/** Turns the wheel over the table for some seconds, pieces loading as it goes. */
async function scrolled(page) {
  await page.mouse.move(700, 500)
  await page.evaluate(() => {
    const watch = { longest: 0, frame: 0, rowsDrawn: 0 }
    globalThis.benchWatch = watch
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) watch.longest = Math.max(watch.longest, duration)
    }).observe({ type: 'longtask' })
    let before = performance.now()
    const look = (now) => {
      watch.frame = Math.max(watch.frame, now - before)
      before = now
      watch.rowsDrawn = Math.max(watch.rowsDrawn, document.querySelectorAll('[role=grid] [role=row]').length)
      requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  })
  for (let turn = 0; turn < 150; turn++) {
    await page.mouse.wheel(0, 600)
    await page.waitForTimeout(30)
  }
  const last = await page.locator('[role=grid] [role=row]').last().getAttribute('aria-rowindex')
  return { ...(await page.evaluate(() => globalThis.benchWatch)), rowsLoaded: Number(last) - 1 }
}

/** Reads here and there: jumps over the whole text and scrolls on from each place. */
async function wander(page) {
  const places = page.locator('.log-position input[type=range]')
  const most = Number(await places.getAttribute('max'))
  const lines = page.getByRole('log')
  for (let place = 0; place < 20; place++) {
    await places.fill(String(Math.round(((place * 7) % 20) * (most / 20))))
    await page.waitForTimeout(150)
    await lines.hover()
    for (let turn = 0; turn < 10; turn++) {
      await page.mouse.wheel(0, 20_000)
      await page.waitForTimeout(30)
    }
  }
}

/** Bytes on the heap of the page's scripts after a collection, and proportional memory of its whole process. */
async function memory(page) {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Performance.enable')
  await devtools.send('HeapProfiler.collectGarbage')
  const { metrics } = await devtools.send('Performance.getMetrics')
  const system = await browser.newBrowserCDPSession()
  const { processInfo } = await system.send('SystemInfo.getProcessInfo')
  const sizesOf = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => pss(id))
  return { heap: metrics.find(({ name }) => name === 'JSHeapUsedSize').value, process: Math.max(...sizesOf) }
}

function pss(pid) {
  return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]) * 1024
}

/** Frames a second while the graph is dragged to and fro. */
async function panned(page) {
  const box = await page.locator('.react-flow__pane').boundingBox()
  const [x, y] = [box.x + box.width / 2, box.y + box.height - 20]
  await page.mouse.move(x, y)
  await page.mouse.down()
  await page.evaluate(() => {
    const watch = { frames: 0 }
    globalThis.benchFrames = watch
    const look = () => {
      watch.frames += 1
      requestAnimationFrame(look)
    }
    requestAnimationFrame(look)
  })
  const began = performance.now()
  for (let move = 0; move < 120; move++) await page.mouse.move(x + Math.sin(move / 8) * 300, y - (move % 40))
  const seconds = (performance.now() - began) / 1000
  const frames = await page.evaluate(() => globalThis.benchFrames.frames)
  await page.mouse.up()
  return frames / seconds
}

/** Types what only one key holds; milliseconds until only that is shown. */
async function found(page) {
  await page.getByRole('searchbox').fill('')
  await page.locator('[role=grid] [role=row]').nth(9).waitFor()
  return page.evaluate(async () => {
    const input = document.querySelector('main input[type=search]')
    const from = performance.now()
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(input, 'layer/7777')
    input.dispatchEvent(new Event('input', { bubbles: true }))
    for (;;) {
      await new Promise((resolve) => requestAnimationFrame(resolve))
      const rows = document.querySelectorAll('[role=grid] [role=row]')
      if (rows.length === 2) return performance.now() - from
    }
  })
}
