import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'

/** Where `npm run screenshots` wants the pictures; without it none are taken. */
const folder = process.env['SLUICE_PICTURES']

/** The pictures that the docs show, each with an outline of what it shows. */
const documented = join(import.meta.dirname, '../../docs/pictures')

/**
 * Takes the picture `name` of the page in the colours it has now, where pictures are asked for. Elsewhere holds the page
 * against the picture of it in the docs, if there is one: by the words of its frame, since pixels differ by machine.
 */
export async function keepPicture(page: Page, name: string, theme: 'light' | 'dark'): Promise<void> {
  if (theme === 'light') {
    const outline = await outlineOf(page)
    const shown = join(documented, `${name}.txt`)
    if (folder !== undefined) {
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, `${name}.txt`), outline)
    } else if (existsSync(shown)) {
      const asDocumented = readFileSync(shown, 'utf8')
      assert.equal(outline, asDocumented, `docs/pictures/${name}.png shows an older page: npm run screenshots -- docs`)
    }
  }
  if (folder === undefined) return
  await page.screenshot({ path: join(folder, `${name}-${theme}.png`), animations: 'disabled' })
}

/** The words of headings, tabs, buttons and column heads, line by line; numbers as 0, since they change by themselves. */
async function outlineOf(page: Page): Promise<string> {
  const words = await page
    .locator('main :is(h2, h3, [role=tab], button, [role=columnheader], th[scope=col]):visible')
    .allInnerTexts()
  return `${words
    .map((text) =>
      text
        .replaceAll(/\s+/g, ' ')
        .replaceAll(/\d+([.,]\d+)*/g, '0')
        .trim(),
    )
    .filter((text) => text !== '')
    .join('\n')}\n`
}
