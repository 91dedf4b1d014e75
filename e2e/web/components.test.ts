import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { expectNoAxeViolations, inBothThemes, openPage, skipWithoutBrowser, startBrowser } from './browser.ts'
import { startWebServer } from './web-server.ts'

const patience = { timeout: 60_000 }

const component = (version: string, max: number): string => `name: train
version: '${version}'
type: command
description: Trains with a penalty.
inputs:
  alpha: {type: number, min: 0, max: ${max}, default: 0.5, description: How strong the penalty is.}
  epochs: {type: integer, min: 1}
  solver: {type: string, enum: [auto, svd], default: auto}
  rides: {type: uri_file, optional: true}
outputs:
  model: {type: uri_folder, description: What was trained.}
command: |-
  # several lines: "quoted", and a colon
  test \${{inputs.epochs}} -lt 50
  echo \${{inputs.alpha}} > \${{outputs.model}}/model.txt
environment_variables: {MODE: 'on'}
resources: {instance_count: 1}
is_deterministic: false
`

test('components in the web application', { skip: skipWithoutBrowser }, async (t) => {
  const { url, sluice, write, kill } = await startWebServer(t)
  const browser = await startBrowser(t)

  await t.test('without one it is said what they are for; those of the program are there, marked', async () => {
    const { page, expectNoTrouble } = await openPage(browser, url, { path: '/components' })
    await page.getByText('No component yet').waitFor()
    const own = page.getByRole('grid', { name: 'Components' }).getByRole('row', { name: /data_test/ })
    await own.getByText('Built in').waitFor()
    await inBothThemes(page, 'components-built-in')
    await own.getByRole('link', { name: 'data_test' }).click()
    await page.getByRole('rowheader', { name: 'tests' }).waitFor()
    await page.getByText('component: azureml://registries/sluice/components/data_test').waitFor()
    await inBothThemes(page, 'component-built-in')
    expectNoTrouble()
    await page.close()
  })

  for (const [version, max] of [
    ['1', 10],
    ['2', 20],
  ] as const)
    await sluice('component', 'create', '--file', await write(`train-${version}.yml`, component(version, max)))
  await sluice('run', await write('job.yml', pipeline), '--set', 'epochs=3')

  await t.test('the list says who uses a component, and leads to what it takes and gives', async () => {
    const { page, expectNoTrouble } = await openPage(browser, url, { path: '/components' })
    const row = page.getByRole('row', { name: /train Trains|train.*command.*2/ })
    await row.getByText('weekly training').waitFor()
    await page.getByLabel('Part of a name or description').fill('nothing like it')
    await page.getByText('“nothing like it”').waitFor()
    await page.getByRole('button', { name: 'Clear the search' }).click()
    await page.getByRole('link', { name: 'train', exact: true }).click()
    const alpha = page.getByRole('region', { name: 'Inputs' }).getByRole('row', { name: /^alpha/ })
    assert.match(await alpha.innerText(), /number\s+Optional\s+0.5\s+0 to 20\s+How strong/)
    await page.getByText('100% of 1 job that ended completed').waitFor()
    await inBothThemes(page, 'component')
    expectNoTrouble()
    await page.close()
  })

  await t.test('the palette finds it by its name, and keys lead to the list', async () => {
    const { page, expectNoTrouble } = await openPage(browser, url, { path: '/' })
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.keyboard.press('Control+k')
    await page.keyboard.type('trai')
    const option = page.getByRole('option', { name: 'train', exact: true })
    await option.waitFor(patience)
    await option.click()
    await page.waitForURL(/\/components\/train/)
    await page.getByRole('heading', { name: 'train', level: 1 }).waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('v')
    await page.waitForURL(/\/environments$/)
    expectNoTrouble()
    await page.close()
  })

  await t.test(
    'two versions are compared line by line, and the YAML shown makes the same component again',
    async () => {
      const { page, expectNoTrouble } = await openPage(browser, url, { path: '/components/train?tab=compare' })
      await page.getByText('max: 10').waitFor()
      await page.getByText('max: 20').waitFor()
      await inBothThemes(page, 'component-compare')
      await page.getByRole('tab', { name: 'YAML' }).click()
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
      await page.getByRole('button', { name: 'Copy' }).last().click()
      await page.getByText('Copied').waitFor()
      const copied = await page.evaluate(() => navigator.clipboard.readText())
      assert.match(copied, /^is_deterministic: false$/m)
      const again = await sluice('component', 'create', '--file', await write('again.yml', copied), '--json')
      assert.equal((JSON.parse(again) as { is_new: boolean }).is_new, false)
      await expectNoAxeViolations(page)
      expectNoTrouble()
      await page.close()
    },
  )

  await t.test('a version is run alone from its form; what does not fit is refused where it was written', async () => {
    const address = { path: '/components/train?tab=run&version=1' }
    const { page, expectNoTrouble, forgive } = await openPage(browser, url, address)
    await page.getByRole('spinbutton', { name: 'alpha' }).fill('11')
    await page.getByRole('button', { name: 'Submit a job' }).click()
    // The browser's own words, before anything is asked of the server.
    const isValid = await page
      .getByRole('spinbutton', { name: 'alpha' })
      .evaluate((field: HTMLInputElement) => field.validity.valid)
    assert.equal(isValid, false)
    await page.getByRole('spinbutton', { name: 'alpha' }).fill('2')
    await page.getByRole('spinbutton', { name: 'epochs' }).fill('4')
    await page.getByRole('combobox', { name: 'solver' }).selectOption('svd')
    await page.getByText('epochs: 4').waitFor()
    await page.getByRole('combobox', { name: 'rides' }).fill('azureml:nobody:1')
    await inBothThemes(page, 'component-run')
    expectNoTrouble()
    await page.getByRole('button', { name: 'Submit a job' }).click()
    await page
      .getByRole('alert')
      .getByText(/nobody/)
      .first()
      .waitFor()
    await expectNoAxeViolations(page)
    forgive()
    await page.getByRole('combobox', { name: 'rides' }).fill('')
    await page.getByRole('button', { name: 'Submit a job' }).click()
    await page.waitForURL(/\/jobs\//)
    await page.getByText('Completed').first().waitFor(patience)
    expectNoTrouble()
    await page.close()
  })

  await t.test('jobs tell how each version fared', async () => {
    const { page, expectNoTrouble } = await openPage(browser, url, { path: '/components/train?tab=jobs' })
    const versions = page.getByRole('region', { name: 'By version' })
    await versions.getByRole('rowheader', { name: '1' }).waitFor(patience)
    await versions.getByRole('rowheader', { name: '2' }).waitFor()
    await page.getByRole('grid', { name: 'Jobs' }).getByText('Completed').first().waitFor()
    await inBothThemes(page, 'component-jobs')
    await page.getByLabel('Of this version only').check()
    await page.getByRole('grid', { name: 'Jobs' }).getByRole('row').nth(1).waitFor()
    await page.waitForFunction(() => document.querySelectorAll('[role="grid"] [role="row"]').length === 2)
    expectNoTrouble()
    await page.close()
  })

  await t.test('a version is labelled, archived and restored; so is the whole component', async () => {
    const { page, expectNoTrouble } = await openPage(browser, url, { path: '/components/train?tab=versions' })
    const row = (version: string) =>
      page.getByRole('grid', { name: 'Versions' }).getByRole('row').filter({ hasText: version })
    await row('penalty').nth(1).getByRole('button', { name: 'Label…' }).click()
    await page.getByRole('dialog').getByLabel('Label').fill('stable')
    await expectNoAxeViolations(page)
    await page.getByRole('dialog').getByRole('button', { name: 'Set the label' }).click()
    await page.getByRole('button', { name: 'Take @stable away' }).waitFor()
    await row('penalty').first().getByRole('button', { name: 'Archive' }).click()
    await row('Archived').getByRole('button', { name: 'Restore' }).waitFor()
    await inBothThemes(page, 'component-versions')
    await row('Archived').getByRole('button', { name: 'Restore' }).click()
    await page.getByRole('button', { name: 'Take @stable away' }).click()
    await page.getByText('@stable was taken away.').waitFor()
    await page.locator('header').getByRole('button', { name: 'Archive' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Archive' }).click()
    await page.locator('header').getByRole('button', { name: 'Restore' }).waitFor()
    await sluice('component', 'restore', '--name', 'train')
    await page.locator('header').getByRole('button', { name: 'Archive' }).waitFor(patience)
    expectNoTrouble()
    await page.close()
  })

  await t.test('2,000 versions are drawn as they are scrolled to, on a narrow screen too', async () => {
    // Described by their bodies: a command of its own for each would take minutes.
    const fixed = (version: number) => ({ ...many, version: String(version) })
    const { token, address } = await localCaller(sluice)
    for (let first = 1; first <= 2000; first += 50)
      await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          fetch(`${address}/api/v1/components`, {
            method: 'POST',
            headers: { 'content-type': 'application/json', 'x-sluice-local-token': token },
            body: JSON.stringify({ document: fixed(first + index) }),
          }).then((answer) => assert.equal(answer.status, 201)),
        ),
      )
    const { page, expectNoTrouble } = await openPage(browser, url, {
      path: '/components/many?tab=versions',
      viewport: { width: 390, height: 800 },
    })
    const grid = page.getByRole('grid', { name: 'Versions' })
    await grid.getByText('2000', { exact: true }).waitFor(patience)
    assert.equal(await grid.getAttribute('aria-rowcount'), '2001')
    assert.ok((await grid.getByRole('row').count()) < 100)
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 390))
    await inBothThemes(page, 'component-2000-versions-narrow')
    await grid.focus()
    await page.keyboard.press('End')
    await grid.getByText('1501', { exact: true }).waitFor(patience)
    expectNoTrouble()
    await page.close()
  })

  await t.test('a server that is slow, refuses or is away is told of, and asked again', async () => {
    const { page, forgive } = await openPage(browser, url, { path: '/jobs' })
    const gate = Promise.withResolvers<void>()
    await page.route('**/api/v1/components?*', async (route) => {
      await gate.promise
      await route.continue()
    })
    await page.getByRole('link', { name: 'Components' }).click()
    await page.locator('[aria-busy="true"]').first().waitFor()
    await expectNoAxeViolations(page)
    gate.resolve()
    await page.getByRole('link', { name: 'train', exact: true }).waitFor()
    await page.goto(`${url}/components/nobody`)
    await page.getByRole('alert').getByText('There is no component "nobody".').waitFor()
    await expectNoAxeViolations(page)
    await page.goto(`${url}/components/train`)
    await page.getByRole('region', { name: 'Inputs' }).waitFor()
    const start = await kill()
    await page.getByRole('tab', { name: 'Compare versions' }).click()
    await page.getByRole('alert').waitFor(patience)
    await expectNoAxeViolations(page)
    await start()
    forgive()
    await page.goto(`${url}/components/train`)
    await page.getByRole('region', { name: 'Inputs' }).waitFor(patience)
    await page.close()
  })
})

const pipeline = `type: pipeline
display_name: weekly training
experiment_name: rides
inputs: {epochs: 1}
jobs:
  train: {component: azureml:train@latest, inputs: {epochs: '\${{parent.inputs.epochs}}'}}
`

const many = { name: 'many', type: 'command', command: 'true' }

/** How commands on this machine prove to the server that they are its user. */
async function localCaller(
  sluice: (...args: readonly string[]) => Promise<string>,
): Promise<{ readonly token: string; readonly address: string }> {
  const { data_folder: folder, url } = JSON.parse(await sluice('status', '--json')) as {
    data_folder: string
    url: string
  }
  const said = JSON.parse(await readFile(join(folder, 'server.json'), 'utf8')) as { local_token: string }
  return { token: said.local_token, address: url }
}
