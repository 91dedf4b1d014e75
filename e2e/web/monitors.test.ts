import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expectNoAxeViolations, inBothThemes, openPage, skipWithoutBrowser, startBrowser } from './browser.ts'
import { startWebServer } from './web-server.ts'

const patience = { timeout: 60_000 }

/** Rows of three features; `bmi` moves by `shift`. The same numbers everywhere. */
function rows(count: number, { shift = 0, lead = '' }: { readonly shift?: number; readonly lead?: string }): string {
  return Array.from({ length: count }, (_, i) => {
    const [age, bmi] = [40 + ((i * 37) % 40), 20 + ((i * 53) % 100) / 10 + shift]
    return `${lead}${age},${bmi},${i % 2 === 0 ? 'f' : 'm'}\n`
  }).join('')
}

const monitorYaml = `
name: diabetes-drift
trigger: {type: recurrence, frequency: day, interval: 1, start_time: '2026-03-01T03:00:00', time_zone: UTC}
create_monitor:
  monitoring_signals:
    drift: &signal
      type: data_drift
      production_data:
        input_data: ./production.csv
        data_column_names: {timestamp: at}
        data_window: {lookback_window_size: P1D}
      reference_data: {input_data: ./reference.csv}
    quality:
      type: data_quality
      production_data:
        input_data: ./production.csv
        data_column_names: {timestamp: at}
        data_window: {lookback_window_size: P1D}
      reference_data: {input_data: ./reference.csv}
  on_breach: {run: ./retrain.yml, inputs: {drifted: '\${{trigger.features}}'}, max_per_day: 1}
`.replace(' &signal', '')

const retrain = `
type: command
experiment_name: retrain
inputs: {drifted: none}
outputs: {model: {type: custom_model, name: diabetes}}
is_deterministic: false
command: mkdir -p \${{outputs.model}} && cd \${{outputs.model}} && echo \${{inputs.drifted}} > model.txt && touch MLmodel
`
/** Compares, and keeps the model in use: the job says itself why nothing is registered. */
const compare = `
type: command
experiment_name: retrain
inputs: {margin: 0.02}
is_deterministic: false
command: sluice job cancel "$AZUREML_ROOT_RUN_ID" --reason "no better by \${{inputs.margin}} than the model in use" && sleep 60
`

test('monitors in the web application', { skip: skipWithoutBrowser }, async (t) => {
  const { url, sluice, write } = await startWebServer(t)
  const browser = await startBrowser(t)

  await t.test('without one it is said what they are for and how to begin', async () => {
    const { page, expectNoTrouble } = await openPage(browser, url, { path: '/monitors' })
    await page.getByText('No monitor yet').waitFor()
    await inBothThemes(page, 'monitors-empty')
    expectNoTrouble()
    await page.close()
  })

  await write('reference.csv', `age,bmi,sex\n${rows(200, {})}`)
  const days = [0, 0, 6, 8].map((shift, day) => rows(100, { shift, lead: `2026-03-0${day + 1}T12:00:00Z,` }))
  await write('production.csv', `at,age,bmi,sex\n${days.join('')}`)
  await write('retrain.yml', retrain)
  await sluice('monitor', 'create', await write('monitor.yml', monitorYaml))
  await sluice('monitor', 'pause', 'diabetes-drift')

  await t.test('before the first run there is nothing to see, and it says so', async () => {
    const { page, expectNoTrouble } = await openPage(browser, url, { path: '/monitors/diabetes-drift?signal=quality' })
    await page.getByText('Paused').first().waitFor()
    await page.getByText('Nothing was computed yet').waitFor()
    await inBothThemes(page, 'monitor-before-its-first-run')
    expectNoTrouble()
    await page.close()
  })

  // A run in breach ends with 1, which is what it is for in a script.
  for (const day of [2, 3, 4, 5])
    await sluice('monitor', 'run', 'diabetes-drift', '--at', `2026-03-0${day}T03:00:00Z`).catch(
      (error: { readonly stdout: string }) => assert.match(error.stdout, /breach/),
    )

  await t.test('the list says what is in breach and leads to it', async () => {
    const { page, expectNoTrouble } = await openPage(browser, url, { path: '/monitors' })
    await page.getByRole('grid', { name: 'Monitors' }).getByText('drift: bmi').waitFor()
    await inBothThemes(page, 'monitors')
    await page.getByRole('link', { name: 'diabetes-drift' }).click()
    await page.getByRole('heading', { name: 'diabetes-drift', level: 1 }).waitFor()
    expectNoTrouble()
    await page.close()
  })

  await t.test(
    'the drifted feature is found: when it began, how its values lie, and the job that retrains',
    async () => {
      const { page, expectNoTrouble } = await openPage(browser, url, { path: '/monitors/diabetes-drift' })
      const map = page.getByRole('grid', { name: 'drift: features over time' })
      const breaches = map.getByRole('button', { name: /^bmi .*in breach$/ })
      await breaches.first().waitFor()
      assert.equal(await breaches.count(), 2)
      assert.equal(await map.getByRole('button', { name: /^(age|sex) .*in breach$/ }).count(), 0)
      await page.getByRole('figure', { name: 'Distribution: bmi' }).waitFor()
      await inBothThemes(page, 'monitor')
      // By the keyboard to the run before, and the address says where.
      await breaches.last().focus()
      await page.keyboard.press('ArrowLeft')
      await page.keyboard.press('ArrowLeft')
      await page.locator('[aria-selected="true"] button:not([aria-label$="in breach"])').waitFor()
      await page.waitForURL(/feature=bmi.*run=/)
      const shared = page.url()
      await page.getByRole('tab', { name: 'Jobs on breach' }).click()
      await page.getByRole('grid', { name: 'Jobs on breach' }).getByText('✓Started').waitFor()
      await expectNoAxeViolations(page)
      await page.goto(shared)
      await page.locator('.panel').getByText('✓Well').waitFor()
      expectNoTrouble()
      await page.close()
    },
  )

  await t.test('features are found by name, and quality has a map of its own', async () => {
    const { page, expectNoTrouble } = await openPage(browser, url, { path: '/monitors/diabetes-drift' })
    await page.getByRole('searchbox', { name: 'Find a feature' }).fill('nothing')
    await page.getByText('No feature is called so.').waitFor()
    await page.getByRole('button', { name: 'quality', exact: true }).click()
    await page.getByRole('grid', { name: 'quality: features over time' }).getByText('null_value_rate').first().waitFor()
    await page.getByRole('tab', { name: 'Runs' }).click()
    await page.getByRole('grid', { name: 'Runs' }).getByText('all computed').first().waitFor()
    await inBothThemes(page, 'monitor-runs')
    expectNoTrouble()
    await page.close()
  })

  await t.test(
    'from the alert at home to the drifted feature, acknowledged, retrained, and to the new version of the model',
    async () => {
      const { page, expectNoTrouble } = await openPage(browser, url)
      const alert = page.getByRole('link', { name: /^bmi: normalized_wasserstein/ })
      await alert.waitFor(patience)
      await page.getByText('alerts nobody has seen').waitFor()
      await inBothThemes(page, 'monitor-retrain')
      await alert.click()
      await page.getByRole('figure', { name: 'Distribution: bmi' }).waitFor(patience)
      await page.getByRole('button', { name: 'Acknowledge drift' }).click()
      const seen = page.getByRole('dialog', { name: 'Acknowledge drift' })
      await seen.getByLabel('Note').fill('a new scale')
      await expectNoAxeViolations(page)
      await seen.getByRole('button', { name: 'Acknowledge' }).click()
      await page.getByText(/seen by local/).waitFor(patience)
      await page
        .getByText(/a new scale/)
        .first()
        .waitFor()
      await page.getByRole('button', { name: 'Retrain now' }).first().click()
      const dialog = page.getByRole('dialog', { name: 'Retrain now, for diabetes-drift?' })
      await dialog.getByText(/retrain\.yml/).waitFor(patience)
      await dialog.getByText('bmi', { exact: true }).waitFor()
      await inBothThemes(page, 'monitor-retrained')
      await dialog.getByRole('button', { name: 'Start the job' }).click()
      await page.waitForURL(/\/jobs\//, patience)
      await page.getByText('✓Completed').first().waitFor(patience)
      await page.goto(`${url}/monitors/diabetes-drift?tab=breaches`)
      const jobs = page.getByRole('grid', { name: 'Jobs on breach' })
      await jobs.getByText('by hand').waitFor(patience)
      await jobs.getByRole('link', { name: 'diabetes, version 2' }).waitFor(patience)
      await inBothThemes(page, 'monitor-breaches')
      await jobs.getByRole('link', { name: 'diabetes, version 2' }).click()
      await page.getByRole('heading', { name: 'diabetes', level: 1 }).waitFor(patience)
      expectNoTrouble()
      await page.close()
    },
  )

  await t.test('a signal is muted and unmuted', async () => {
    const { page, expectNoTrouble } = await openPage(browser, url, { path: '/monitors/diabetes-drift?tab=alerts' })
    await page.getByRole('button', { name: 'Mute drift' }).click()
    const mute = page.getByRole('dialog', { name: 'Mute drift' })
    await mute.getByLabel('For').selectOption('7 days')
    await mute.getByRole('button', { name: 'Mute' }).click()
    await page.getByText(/drift is muted until .*by local/).waitFor(patience)
    await inBothThemes(page, 'monitor-muted')
    await page.getByRole('button', { name: 'Unmute' }).click()
    await page.getByText('drift is no longer muted.').waitFor(patience)
    await page.getByRole('button', { name: 'Mute drift' }).waitFor()
    expectNoTrouble()
    await page.close()
  })

  await t.test('it is resumed, run now, and deleted only after a question', async () => {
    const { page, expectNoTrouble } = await openPage(browser, url, { path: '/monitors/diabetes-drift?tab=runs' })
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.getByText('diabetes-drift runs again.').waitFor(patience)
    await page.getByRole('button', { name: 'Run now' }).click()
    await page.getByText('drift: no data').first().waitFor(patience)
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByText('No monitor yet').waitFor(patience)
    expectNoTrouble()
    await page.close()
  })

  await t.test(
    'where a monitor names no training, a published pipeline is chosen; why it kept the model is said',
    async () => {
      await sluice('pipeline', 'publish', await write('compare.yml', compare), '--name', 'compare-and-keep')
      const bare = monitorYaml.replace('diabetes-drift', 'bare').replace(/ {2}on_breach:.*\n/, '')
      await sluice('monitor', 'create', await write('bare.yml', bare), '--paused')
      const { page, expectNoTrouble } = await openPage(browser, url, { path: '/monitors/bare' })
      await page.getByRole('button', { name: 'Retrain now' }).click()
      const dialog = page.getByRole('dialog', { name: 'Retrain now, for bare?' })
      await dialog.getByLabel('Published pipeline').selectOption('compare-and-keep')
      await dialog.getByLabel('margin').fill('0.5')
      await inBothThemes(page, 'monitor-without-training')
      await dialog.getByRole('button', { name: 'Start the job' }).click()
      await page.waitForURL(/\/jobs\//, patience)
      await page
        .getByText(/no better by 0.5 than the model in use/)
        .first()
        .waitFor(patience)
      await page.getByText('sluice.monitor=bare').waitFor()
      expectNoTrouble()
      await page.close()
    },
  )

  await t.test('a server that refuses is quoted, with a way to try again', async () => {
    const { page } = await openPage(browser, url, { path: '/monitors/nobody' })
    await page
      .getByRole('alert')
      .getByText(/nobody/)
      .waitFor(patience)
    await page.getByRole('button', { name: 'Try again' }).waitFor()
    await expectNoAxeViolations(page)
    await page.close()
  })
})
