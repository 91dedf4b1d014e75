import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  expectNoAxeViolations,
  inBothThemes,
  openPage,
  skipWithoutBrowser,
  startBrowser,
  type WebPage,
} from './browser.ts'
import { startWebServer } from './web-server.ts'

const patience = { timeout: 60_000 }

const job = `
type: command
experiment_name: nightly
inputs: {label: none}
is_deterministic: false
command: echo \${{inputs.label}}
`
const nightly = `# When the data of the day are in.
name: nightly
trigger: {type: cron, expression: "30 2 * * *", time_zone: Romance Standard Time}
create_job: {job: ./job.yml, inputs: {label: "\${{name}}"}}
policy: {overlap: queue}
`
const eachVersion = `
name: each-version
trigger: {type: data_version, data: taxi}
create_job: {pipeline: report, inputs: {label: "v\${{trigger.version}}"}}
`
const checkIn = `
name: check-in
trigger: {type: webhook, provider: generic}
create_job: {pipeline: report}
`

test('schedules and triggers in the web application', { skip: skipWithoutBrowser }, async (t) => {
  const { url, sluice, write } = await startWebServer(t)
  const browser = await startBrowser(t)
  const open = (path: string): Promise<WebPage> => openPage(browser, url, { path })
  /** Puts a text in the place of the editor's, as a paste would; the browser itself would write styles between lines. */
  const rewrite = async ({ page }: WebPage, text: string): Promise<void> => {
    // The one to write in: what only reads has the same name, and goes a moment after "Edit".
    await page.locator('[contenteditable="true"][aria-label="YAML"]').focus()
    await page.keyboard.press('Control+a')
    await page.keyboard.press('Delete')
    await page.keyboard.insertText(text)
  }
  const end = async ({ page, expectNoTrouble }: WebPage): Promise<void> => {
    expectNoTrouble()
    await page.close()
  }

  await t.test('without one it is said what they are for and how to begin', async () => {
    const web = await open('/schedules')
    await web.page.getByText('Nothing starts jobs by itself yet').waitFor()
    await inBothThemes(web.page, 'schedules-empty')
    await end(web)
  })

  const jobFile = await write('job.yml', job)
  await sluice('schedule', 'create', await write('nightly.yml', nightly))
  await sluice('pipeline', 'publish', jobFile, '--name', 'report')
  for (const text of [eachVersion, checkIn]) {
    const answer = await fetch(`${url}/api/v1/triggers`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text }),
    })
    assert.equal(answer.status, 201, await answer.text())
  }
  await sluice('data', 'create', '--name', 'taxi', '--type', 'uri_file', '--path', await write('taxi.csv', 'a\n1\n'))

  await t.test('the list is searched and narrowed in its address, and shows what became of each', async () => {
    const web = await open('/schedules')
    const { page } = web
    const list = page.getByRole('grid', { name: 'Schedules & triggers' })
    await list.getByText('cron 30 2 * * *, Europe/Paris').waitFor()
    await list.getByRole('img', { name: 'Completed: 1' }).waitFor(patience)
    await inBothThemes(web.page, 'schedules')
    await page.getByLabel('Kind').selectOption('Trigger')
    await list.getByText('nightly', { exact: true }).waitFor({ state: 'detached' })
    await page.getByRole('searchbox').fill('taxi')
    await list.getByText('check-in').waitFor({ state: 'detached' })
    await page.waitForURL(/kind=trigger.*text=taxi|text=taxi.*kind=trigger/)
    await page.reload()
    await list.getByRole('link', { name: 'each-version' }).waitFor()
    assert.equal(await list.getByRole('link', { name: 'check-in' }).count(), 0)
    await end(web)
  })

  await t.test('the times to come are shown in its zone, and which of them a change of the clocks moves', async () => {
    const web = await open('/schedules/nightly')
    const { page } = web
    await page.getByText(/the clocks skip 02:30 that day/).waitFor()
    const times = page.getByRole('region', { name: 'Next times' }).getByRole('row')
    assert.equal(await times.count(), 11)
    // On the one night whose clocks skip it, it is 03:00.
    assert.match(await times.nth(1).innerText(), /02:30|03:00/)
    await page.getByText('it waits until that has ended').waitFor()
    await inBothThemes(web.page, 'schedule')
    await page.getByRole('button', { name: 'Show 400' }).click()
    await times
      .getByText(/the clocks skip 02:30 that day/)
      .first()
      .waitFor()
    await end(web)
  })

  await t.test('a backfill shows its times and how many jobs there would be before one is started', async () => {
    const web = await open('/schedules/nightly?tab=backfill')
    const { page } = web
    await page.getByLabel('From (UTC)').fill('2026-03-01T00:00')
    await page.getByLabel('To (UTC)').fill('2026-03-02T12:00')
    await page.getByRole('button', { name: 'Preview' }).click()
    await page.getByText('Of 2 times, 2 would start a job.').waitFor(patience)
    await inBothThemes(web.page, 'schedule-backfill')
    await page.getByRole('button', { name: 'Start jobs: 2' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Start jobs: 2' }).click()
    await page.getByText('Of 2 times, 0 would start a job.').waitFor(patience)
    await page.getByLabel('From (UTC)').fill('2031-03-01T00:00')
    // What was seen is no longer what would be started.
    await page.getByText(/would start a job/).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Preview' }).click()
    await page
      .getByRole('alert')
      .getByText(/lies before/)
      .waitFor(patience)
    web.forgive()
    await page.getByRole('tab', { name: 'History' }).click()
    const history = page.getByRole('grid', { name: 'History' })
    await history.getByText('Completed').nth(1).waitFor(patience)
    assert.equal(await history.getByText('backfill').count(), 2)
    await inBothThemes(web.page, 'schedule-started')
    await end(web)
  })

  await t.test('it is run now after a look at its values, paused and resumed', async () => {
    const web = await open('/schedules/nightly?tab=history')
    const { page } = web
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByText('nightly is paused.').waitFor(patience)
    await page.getByText('!Paused').waitFor(patience)
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.getByText(/nightly fires again/).waitFor(patience)
    await page.getByRole('button', { name: 'Run now' }).click()
    const dialog = page.getByRole('dialog', { name: 'Run nightly now?' })
    await dialog.getByText('nightly', { exact: true }).waitFor(patience)
    await expectNoAxeViolations(page)
    await dialog.getByRole('button', { name: 'Start the job' }).click()
    await page.waitForURL(/\/jobs\//, patience)
    await end(web)
  })

  await t.test('its YAML is changed here; a mistake is shown with its line and a caret', async () => {
    const web = await open('/schedules/nightly?tab=document')
    const { page } = web
    await page.getByText('When the data of the day are in.').waitFor(patience)
    await page.getByRole('button', { name: 'Edit' }).click()
    await rewrite(web, nightly.replace('cron,', 'crom,'))
    await page.getByRole('button', { name: 'Save' }).click()
    const refusal = page.getByRole('alert')
    await refusal.getByText(/nightly\.yml:3:\d+: .*"crom".*\n.*trigger: .*\n *\^+/).waitFor(patience)
    await inBothThemes(web.page, 'schedule-mistake')
    // What is not saved is not left without a question.
    await page.getByRole('link', { name: 'Monitors' }).click()
    const question = page.getByRole('dialog', { name: 'Leave without saving?' })
    await question.getByRole('button', { name: 'Cancel' }).click()
    // The focus goes back to the link, a moment after the dialog is gone.
    await page.waitForFunction(() => document.activeElement?.textContent === 'Monitors')
    await rewrite(web, nightly.replace('./job.yml', './other.yml'))
    await page.getByRole('button', { name: 'Save' }).click()
    await refusal.getByText(/a file of the server's machine/).waitFor(patience)
    web.forgive()
    // The job file of before may stay: it is not read again.
    await rewrite(web, nightly.replace('30 2', '45 3'))
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('cron 45 3 * * *, Europe/Paris').waitFor(patience)
    await end(web)
  })

  await t.test('one is written here from a published pipeline, and deleted only after a question', async () => {
    const web = await open('/schedules')
    const { page } = web
    await page.getByRole('grid', { name: 'Schedules & triggers' }).waitFor()
    await page.getByRole('button', { name: 'New' }).click()
    const editor = page.getByRole('textbox', { name: 'YAML' })
    await editor.filter({ hasText: 'pipeline: report' }).waitFor(patience)
    await inBothThemes(web.page, 'schedule-new')
    await page.getByRole('button', { name: 'Create' }).click()
    await page
      .getByRole('alert')
      .getByText(/There is a schedule "nightly" already/)
      .waitFor(patience)
    web.forgive()
    await rewrite(web, 'name: here\ntrigger: {type: cron, expression: 0 1 * * *}\ncreate_job: {pipeline: report}\n')
    await page.getByRole('button', { name: 'Create' }).click()
    await page.getByRole('heading', { name: 'here', level: 1 }).waitFor(patience)
    await page.getByRole('link', { name: 'report' }).waitFor()
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByText('here was deleted.').waitFor(patience)
    await end(web)
  })

  await t.test(
    'a trigger says what fired it, with the version of the data, and asks for what an event would say',
    async () => {
      const web = await open('/triggers/each-version')
      const { page } = web
      const history = page.getByRole('grid', { name: 'History' })
      await history.getByText('an event').waitFor(patience)
      assert.match(await history.innerText(), /data taxi, version 1/)
      await history.getByText('Completed').waitFor(patience)
      await inBothThemes(web.page, 'trigger')
      await page.getByRole('button', { name: 'Run now' }).click()
      const dialog = page.getByRole('dialog', { name: 'Run each-version now?' })
      await dialog.getByLabel('trigger.version').fill('7')
      await dialog.getByText('v7', { exact: true }).waitFor(patience)
      await expectNoAxeViolations(page)
      await page.keyboard.press('Escape')
      await dialog.waitFor({ state: 'detached' })
      await end(web)
    },
  )

  await t.test('the secret of a webhook is shown when asked for, and replaced', async () => {
    const web = await open('/triggers/check-in?tab=webhook')
    const { page } = web
    await page.getByText(`${url}/api/v1/triggers/check-in/webhook`).waitFor(patience)
    await page.getByRole('button', { name: 'Show the secret' }).click()
    const secret = page.getByText(/^[0-9a-f]{64}$/)
    const before = await secret.innerText(patience)
    await page.getByRole('button', { name: 'New secret' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'New secret' }).click()
    await page.getByText('There is a new secret.').waitFor(patience)
    await page.getByText(before).waitFor({ state: 'detached' })
    await secret.waitFor(patience)
    await inBothThemes(web.page, 'trigger-webhook')
    await end(web)
  })

  await t.test('a thousand of them are scrolled, and only those that are seen are asked about', async () => {
    const web = await openPage(browser, url)
    const { page } = web
    const { items } = (await (await fetch(`${url}/api/v1/schedules`)).json()) as { items: object[] }
    const many = Array.from({ length: 1000 }, (_, i) => ({ ...items[0], name: `s${String(i).padStart(4, '0')}` }))
    await page.route('**/api/v1/schedules', (route) => route.fulfill({ json: { items: many } }))
    let asked = 0
    await page.route('**/api/v1/schedules/*/firings*', (route) => {
      asked += 1
      return route.fulfill({ json: { items: [] } })
    })
    await page.goto(`${url}/schedules?kind=cron`)
    const list = page.getByRole('grid', { name: 'Schedules & triggers' })
    await list.getByText('s0000').waitFor(patience)
    await page.getByText('1,000 rows').waitFor()
    await list.focus()
    await page.keyboard.press('End')
    await list.getByText('s0999').waitFor(patience)
    assert.ok((await list.getByRole('row').count()) < 100)
    assert.ok(asked < 200, `asked about ${asked}`)
    await expectNoAxeViolations(page)
    await end(web)
  })

  await t.test('a slow server is waited for, and one that fails is quoted with a way to try again', async () => {
    const web = await openPage(browser, url)
    const { page } = web
    let go = (): void => undefined
    const held = new Promise<void>((resolve) => (go = resolve))
    await page.route('**/api/v1/triggers', async (route) => {
      await held
      await route.fulfill({ status: 400, json: { error: { code: 'invalid-request', message: 'Not today.' } } })
    })
    await page.goto(`${url}/schedules`)
    await page.locator('main [aria-busy="true"]').waitFor()
    await expectNoAxeViolations(page)
    go()
    await page.getByRole('alert').getByText('Not today.').waitFor(patience)
    await inBothThemes(web.page, 'schedules-broken')
    await page.unroute('**/api/v1/triggers')
    web.forgive()
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('grid', { name: 'Schedules & triggers' }).getByText('nightly').first().waitFor(patience)
    await page.goto(`${url}/schedules/nobody`)
    await page
      .getByRole('alert')
      .getByText(/There is no schedule "nobody"/)
      .waitFor(patience)
    await expectNoAxeViolations(page)
    await page.close()
  })

  await t.test('on a narrow screen nothing is wider than it, and the palette finds them by name', async () => {
    const web = await openPage(browser, url, { path: '/schedules/nightly', viewport: { width: 390, height: 800 } })
    const { page } = web
    await page.getByRole('region', { name: 'Next times' }).waitFor(patience)
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true)
    await expectNoAxeViolations(page)
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').fill('each-ver')
    await page.getByRole('option', { name: 'each-version' }).waitFor(patience)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'each-version', level: 1 }).waitFor(patience)
    await end(web)
  })
})
