import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expectNoAxeViolations, inBothThemes, openPage, skipWithoutBrowser, startBrowser } from './browser.ts'
import { startWebServer } from './web-server.ts'

/** 200 rows of a table; `bmi` moves by `shift`. The same numbers everywhere. */
function table(shift: number): string {
  const rows = Array.from({ length: 200 }, (_, i) => {
    const bmi = 20 + ((i * 53) % 100) / 10 + shift
    return `${40 + ((i * 37) % 40)},${i % 10 === 0 ? '' : bmi},${i % 3 === 0 ? 'daily' : 'never'}\n`
  })
  return `age,bmi,smoker\n${rows.join('')}`
}

test('data assets in the web application', { skip: skipWithoutBrowser }, async (t) => {
  const { url, sluice, write } = await startWebServer(t)
  const browser = await startBrowser(t)

  await t.test('without one it is said what they are for and how to begin', async () => {
    const { page, expectNoTrouble } = await openPage(browser, url, { path: '/data' })
    await page.getByText('No data asset yet').waitFor()
    await inBothThemes(page, 'data-empty')
    expectNoTrouble()
    await page.close()
  })

  const create = async (version: string, shift: number): Promise<void> => {
    await write(`table-${version}.csv`, table(shift))
    const text = `name: patients\nversion: '${version}'\ntype: uri_file\npath: ./table-${version}.csv\n`
    await sluice('data', 'create', '--file', await write(`data-${version}.yml`, text))
  }
  await create('1', 0)

  await t.test('the list leads to an asset and the profile of its newest version', async () => {
    const { page, expectNoTrouble } = await openPage(browser, url, { path: '/data' })
    await page.getByRole('grid', { name: 'Data' }).getByText('patients').waitFor()
    await inBothThemes(page, 'data')
    await page.getByRole('link', { name: 'patients' }).click()
    await page.getByText('200 rows · 3 columns').waitFor()
    const bmi = page.getByRole('region', { name: 'Columns' }).getByRole('row', { name: /^bmi/ })
    assert.match(await bmi.innerText(), /20 \(10%\)/)
    await page.getByRole('img', { name: 'How the values of bmi lie' }).waitFor()
    assert.match(await page.getByRole('list', { name: /of smoker/ }).innerText(), /never 133\s+daily 67/)
    await inBothThemes(page, 'data-profile')
    await page.getByRole('tab', { name: 'Compare versions' }).click()
    await page.getByText('There is only one version').waitFor()
    expectNoTrouble()
    await page.close()
  })

  await create('2', 6)

  await t.test('two versions are compared: the column that moved is named, and a link keeps the view', async () => {
    const { page, expectNoTrouble } = await openPage(browser, url, { path: '/data/patients?tab=compare' })
    await page.getByText('1 of 3 columns drifted.').waitFor()
    const first = page.getByRole('grid', { name: 'Differences' }).getByRole('row').nth(1)
    assert.match(await first.innerText(), /bmi[^]*Drifted/)
    await inBothThemes(page, 'data-compare')
    await page.getByLabel('Version', { exact: true }).selectOption('1')
    await page.getByLabel('Compare with').selectOption('2')
    await page.waitForURL(/version=.*1.*against=.*2/)
    await page.reload()
    assert.equal(await page.getByLabel('Version', { exact: true }).inputValue(), '1')
    expectNoTrouble()
    await page.close()
  })

  await t.test('rows are shown from the beginning and at random, and every version is listed', async () => {
    const { page, expectNoTrouble } = await openPage(browser, url, { path: '/data/patients?tab=rows&version=1' })
    await page.getByText('The first 200 rows.').waitFor()
    await page.getByRole('grid', { name: 'Rows' }).getByText('never').first().waitFor()
    await inBothThemes(page, 'data-rows')
    await page.getByRole('button', { name: 'At random' }).click()
    await page.getByText('The first 200 rows.').waitFor({ state: 'detached' })
    await page.getByRole('tab', { name: 'Versions', exact: true }).click()
    await page.getByRole('grid', { name: 'Versions' }).getByText('table-2.csv').waitFor()
    await expectNoAxeViolations(page)
    expectNoTrouble()
    await page.close()
  })

  await t.test('data tests are written, asked of a version and over the last ones; a mistake is told', async () => {
    const { page, expectNoTrouble, forgive } = await openPage(browser, url, { path: '/data/patients?tab=tests' })
    await page.getByRole('textbox', { name: 'Data tests' }).click()
    await page.getByRole('button', { name: 'Run on this version' }).click()
    const results = page.getByRole('region', { name: 'Results' })
    await results.getByRole('row', { name: /not null: age, smoker Passed/ }).waitFor()
    await inBothThemes(page, 'data-tests')
    await page.getByRole('button', { name: 'Run on the last 5 versions' }).click()
    await results.getByRole('row', { name: /range: bmi Passed Warned/ }).waitFor()
    await page.reload()
    await results.getByRole('columnheader', { name: 'Version 1' }).waitFor()
    expectNoTrouble()
    await page.getByRole('textbox', { name: 'Data tests' }).click()
    await page.keyboard.press('Control+End')
    await page.keyboard.insertText('  - uniqe: age')
    await page.keyboard.press('Control+Enter')
    assert.match(await page.getByRole('alert').innerText(), /uniqe[^]*\^/)
    await expectNoAxeViolations(page)
    forgive()
    await page.close()
  })

  await t.test('what is no table says so, in the words of the server', async () => {
    await write('notes.bin', '\u0000\u0001')
    const text = 'name: notes\ntype: uri_file\npath: ./notes.bin\n'
    await sluice('data', 'create', '--file', await write('notes.yml', text))
    const { page } = await openPage(browser, url, { path: '/data/notes' })
    await page.getByRole('alert').waitFor()
    await expectNoAxeViolations(page)
    await page.close()
  })
})
