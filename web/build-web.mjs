// Builds the web application to dist/web: index.html and, in web/, files named by their digest, with a .gz beside each.
// Prints what the first page loads and the largest other pieces, and fails when they are over their budgets.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

/** Gzipped bytes (design.md 10): of what index.html names, and of any piece that a page loads when it is opened. */
const budgets = { entry: 350_000, piece: 250_000 }

export async function buildWeb() {
  await build({ root: import.meta.dirname, logLevel: 'warn' })
  const folder = join(import.meta.dirname, '../dist/web')
  const sizes = new Map(readdirSync(join(folder, 'web')).map((name) => [name, pack(join(folder, 'web', name))]))
  const index = readFileSync(join(folder, 'index.html'), 'utf8')
  const entry = [...index.matchAll(/\/web\/([^"]+)"/g)].map(([, name]) => name)
  const entrySize = entry.reduce((sum, name) => sum + sizes.get(name), 0)
  const pieces = [...sizes].filter(([name]) => !entry.includes(name)).sort(([, left], [, right]) => right - left)
  const kilobytes = (bytes) => `${(bytes / 1000).toFixed(0)} kB`
  console.log(`web: entry ${kilobytes(entrySize)} gzipped of ${kilobytes(budgets.entry)}; then by page:`)
  for (const [name, size] of pieces.slice(0, 5)) console.log(`  ${name} ${kilobytes(size)}`)
  const isOver = entrySize > budgets.entry || pieces.some(([, size]) => size > budgets.piece)
  if (!isOver) return
  console.error(`The web application is over its budget: entry ${budgets.entry}, piece ${budgets.piece} bytes gzipped.`)
  process.exit(1)
}

/** Writes the gzipped twin where it is smaller; its size. */
function pack(file) {
  const packed = gzipSync(readFileSync(file), { level: 9 })
  if (packed.length >= statSync(file).size) return statSync(file).size
  writeFileSync(`${file}.gz`, packed)
  return packed.length
}
