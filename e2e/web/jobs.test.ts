import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { startSluiceIn } from '../mlflow/sluice-server.ts'
import { expectNoAxeViolations, inBothThemes, openPage, skipWithoutBrowser, startBrowser } from './browser.ts'

const folder = await mkdtemp(join(tmpdir(), 'sluice-web-jobs-'))

/** A pipeline that reads its alpha and has code in a folder. */
const pipeline = (alpha: string) => `type: pipeline
display_name: churn
experiment_name: churn
tags: {team: growth}
inputs: {alpha: ${alpha}}
jobs:
  load:
    type: command
    command: 'printf "id,age\\n1,30\\n2,41\\n" > \${{outputs.table}}; echo loaded 2 rows'
    outputs: {table: {type: uri_file}}
  train:
    type: command
    code: ./code
    command: 'sh train.sh \${{inputs.alpha}}'
    inputs: {table: "\${{parent.jobs.load.outputs.table}}", alpha: "\${{parent.inputs.alpha}}"}
  report:
    type: command
    command: echo report
    depends_on: [train]
`
const loop = `type: pipeline
display_name: rounds
experiment_name: rounds
jobs:
  each:
    type: parallel_for
    body: "\${{parent.jobs.work}}"
    items: '[{"n": 1}, {"n": 2}, {"n": 3}]'
  work:
    type: command
    component:
      type: command
      inputs: {n: {type: integer}}
      command: 'echo \${{inputs.n}}'
`

interface JobAnswer {
  readonly name: string
  readonly status: string
}

/** Submits files as the command line does and waits for their ends. */
async function seeder(data: string) {
  const { url, local_token: token } = JSON.parse(await readFile(join(data, 'server.json'), 'utf8')) as {
    readonly url: string
    readonly local_token: string
  }
  const headers = { 'x-sluice-local-token': token, 'content-type': 'application/json' }
  const ask = async (path: string, body?: object): Promise<JobAnswer> => {
    const init = body === undefined ? { headers } : { headers, method: 'POST', body: JSON.stringify(body) }
    const answer = await fetch(`${url}/api/v1/jobs${path}`, init)
    assert.ok(answer.ok, await answer.clone().text())
    return (await answer.json()) as JobAnswer
  }
  const submit = async (name: string, text: string): Promise<string> => {
    const file = join(folder, `${name}.yml`)
    await writeFile(file, text)
    return (await ask('', { file })).name
  }
  const ended = async (name: string): Promise<JobAnswer> => {
    const deadline = Date.now() + 60_000
    for (;;) {
      const job = await ask(`/${name}`)
      if (['Completed', 'Failed', 'Canceled'].includes(job.status)) return job
      assert.ok(Date.now() < deadline, `${name} is still ${job.status}`)
      await pause(50)
    }
  }
  return { submit, ended, run: async (name: string, text: string) => ended(await submit(name, text)) }
}

test('the pages of jobs', { skip: skipWithoutBrowser }, async (t) => {
  const data = join(folder, 'data')
  await mkdir(join(folder, 'code'))
  await writeFile(join(folder, 'code/train.sh'), 'echo "training with $1"\n')
  const server = await startSluiceIn(data, ['--slots', '1'])
  t.after(async () => {
    server.kill('SIGTERM')
    await server.ended
    await rm(folder, { recursive: true, force: true })
  })
  const { url } = server
  const browser = await startBrowser(t)
  const jobs = await seeder(data)
  const wait = { timeout: 60_000 }

  await t.test('an empty list says how to start', async () => {
    const { page, expectNoTrouble } = await openPage(browser, url, { path: '/jobs' })
    await page.getByText('No jobs yet').waitFor(wait)
    await expectNoAxeViolations(page)
    await page.getByRole('button', { name: 'New job' }).click()
    await page.getByText('sluice plan pipeline.yml').waitFor()
    await expectNoAxeViolations(page)
    expectNoTrouble()
    await page.close()
  })

  const first = await jobs.run('churn', pipeline('0.1'))
  await writeFile(join(folder, 'code/train.sh'), 'echo "broken with $1" >&2\nexit 3\n')
  const failed = await jobs.run('churn', pipeline('0.2'))
  assert.deepEqual([first.status, failed.status], ['Completed', 'Failed'])

  await t.test('the journey: find why a step re-ran, and what changed since it was green', async () => {
    const { page, expectNoTrouble } = await openPage(browser, url, { path: '/jobs' })
    await page
      .getByRole('row', { name: /Failed/ })
      .getByRole('link', { name: 'churn' })
      .click()
    await page.getByText('Step "train" failed').waitFor(wait)
    const graph = page.getByRole('region', { name: 'Steps' })
    await graph.locator('.react-flow__node').nth(2).waitFor(wait)
    await inBothThemes(page, 'job-graph')
    await graph.getByRole('button', { name: 'As a list' }).click()
    await graph.getByText('Reused').waitFor()
    await graph.getByRole('button', { name: 'train' }).click()
    const panel = page.getByRole('region', { name: 'train', exact: true })
    await panel.getByText(/^ran because /).waitFor(wait)
    const differed = panel.getByRole('region', { name: 'What differed' })
    await differed.getByRole('row', { name: /input alpha 0\.1 0\.2/ }).waitFor()
    await differed.getByRole('row', { name: /^code / }).waitFor()
    // A link opens the same view.
    await page.waitForURL(/step=train/)
    await inBothThemes(page, 'job')
    await panel.getByRole('tab', { name: 'Log' }).click()
    await panel.getByText('broken with 0.2').waitFor(wait)
    await page.getByRole('tab', { name: 'Changes' }).click()
    await page.getByRole('link', { name: first.name }).waitFor(wait)
    await page.getByRole('row', { name: /train Code code train\.sh/ }).waitFor()
    await page.getByRole('button', { name: /Code \d/ }).click()
    await page.getByRole('row', { name: /input alpha/ }).waitFor({ state: 'detached' })
    await expectNoAxeViolations(page)
    expectNoTrouble()
    await page.close()
  })

  await t.test('filters stand in the address, and jobs are archived together', async () => {
    const { page, expectNoTrouble } = await openPage(browser, url, { path: '/jobs?status=Failed' })
    const grid = page.getByRole('grid')
    await grid.getByRole('row', { name: /Failed/ }).waitFor(wait)
    assert.equal(await grid.getByRole('link').count(), 1)
    await page.getByRole('button', { name: /^Failed/ }).click()
    await grid.getByRole('row', { name: /Completed/ }).waitFor(wait)
    await page.getByLabel('Name contains').fill('nothing like it')
    await page.getByText('No job fits these filters.').waitFor(wait)
    await page.getByRole('button', { name: 'Clear all filters' }).click()
    await grid.getByRole('row', { name: /Completed/ }).waitFor(wait)
    await grid.getByLabel('Select all loaded rows').check()
    await page.getByRole('button', { name: 'Archive', exact: true }).click()
    await page.getByText('No jobs yet').waitFor(wait)
    await page.goto(`${url}/jobs?archived=only`)
    await grid.getByLabel('Select all loaded rows').check(wait)
    await page.getByRole('button', { name: 'Restore', exact: true }).click()
    await page.getByText('No job fits these filters.').waitFor(wait)
    await page.goto(`${url}/jobs`)
    await grid.getByRole('row', { name: /Completed/ }).waitFor(wait)
    await inBothThemes(page, 'jobs')
    expectNoTrouble()
    await page.close()
  })

  await t.test('times, inputs and outputs, lineage and the document of a job', async () => {
    const { page, expectNoTrouble } = await openPage(browser, url, { path: `/jobs/${first.name}?tab=timeline` })
    await page.getByText(/Critical path: 3 steps/).waitFor(wait)
    await page.getByText('CPU time').waitFor(wait)
    await page
      .getByRole('img', { name: /^(waiting for a slot|environment).*running/ })
      .first()
      .waitFor()
    await expectNoAxeViolations(page)
    await page.goto(`${url}/jobs/${first.name}?step=load`)
    await page.getByRole('region', { name: 'load' }).getByRole('tab', { name: 'Inputs & outputs' }).click(wait)
    await page.getByRole('button', { name: 'Look table' }).click()
    await page.getByRole('row', { name: '2 41' }).waitFor(wait)
    await expectNoAxeViolations(page)
    await page.getByRole('tab', { name: 'YAML' }).click()
    await page.getByText('display_name: churn').waitFor(wait)
    await expectNoAxeViolations(page)
    await page.getByRole('tab', { name: 'Events' }).click()
    await page.getByRole('row', { name: /train .*Completed/ }).waitFor(wait)
    await page.getByRole('tab', { name: 'Lineage' }).click()
    await page.getByRole('button', { name: 'As a list' }).click(wait)
    await expectNoAxeViolations(page)
    expectNoTrouble()
    await page.close()
  })

  await t.test('a job runs again from a step, after a look at what would happen', async () => {
    const { page, expectNoTrouble } = await openPage(browser, url, { path: `/jobs/${first.name}?step=train` })
    await page.getByRole('button', { name: 'Run again from here…' }).click(wait)
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('row', { name: /train will run because --from train/ }).waitFor(wait)
    await dialog.getByRole('row', { name: /load (unchanged|restored)/ }).waitFor()
    await dialog.getByRole('status').getByText('2 of 3 steps would or may run').waitFor()
    await expectNoAxeViolations(page)
    await dialog.getByRole('button', { name: 'Run', exact: true }).click()
    await page.getByText(/^Submitted as/).waitFor(wait)
    await page.waitForURL((address) => !address.pathname.includes(first.name), wait)
    await page.getByRole('heading', { name: 'churn' }).waitFor(wait)
    // Live: nobody reloads the page.
    await page.locator('.page-head').getByText('Completed').waitFor(wait)
    expectNoTrouble()
    await page.close()
  })

  await t.test('a long log is searched by the server, and hits are gone through forward and back', async () => {
    const { name } = await jobs.run('long', "type: command\ncommand: seq -f 'line %.0f of it' 600000\n")
    const { page, expectNoTrouble } = await openPage(browser, url, { path: `/jobs/${name}?tab=log` })
    const log = page.getByRole('log')
    await log.getByText('line 1 of it', { exact: true }).waitFor(wait)
    const find = page.getByRole('searchbox', { name: 'Find in the log' })
    await find.fill('99999 OF')
    await find.press('Enter')
    await log.getByText('line 99999 of it').waitFor(wait)
    await log.click()
    for (const line of [199999, 299999]) {
      await page.keyboard.press('n')
      await log.getByText(`line ${line} of it`).waitFor(wait)
    }
    await page.keyboard.press('N')
    await log.getByText('line 199999 of it').waitFor(wait)
    await expectNoAxeViolations(page)
    await page.getByRole('button', { name: 'Match before' }).click()
    await log.getByText('line 99999 of it').waitFor(wait)
    await page.keyboard.press('N')
    await page.getByText('No match further up').waitFor(wait)
    expectNoTrouble()
    await page.close()
  })

  await t.test('rounds are folded to one step and opened one by one', async () => {
    const { name } = await jobs.run('loop', loop)
    const { page, expectNoTrouble } = await openPage(browser, url, { path: `/jobs/${name}?step=each` })
    await page.getByText('×3').first().waitFor(wait)
    await page.getByLabel('Look into a round').selectOption('each.1')
    await page.getByRole('heading', { name: 'In round each.1' }).waitFor(wait)
    await page.getByLabel('Choose a round').selectOption('each.2')
    await page.getByRole('heading', { name: 'In round each.2' }).waitFor(wait)
    await page.goto(`${url}/jobs/${name}?tab=timeline`)
    await page.getByRole('button', { name: 'Show 3 rounds' }).click(wait)
    await page.getByText('2', { exact: true }).first().waitFor()
    await expectNoAxeViolations(page)
    expectNoTrouble()
    await page.close()
  })

  await t.test(
    'the queue says who has the slot and who waits; a cancel empties it, and the pages hear of it',
    async () => {
      const hold = `type: pipeline
display_name: nightly
experiment_name: nightly
jobs:
  one: {type: command, command: sleep 600}
  two: {type: command, command: sleep 601}
`
      const name = await jobs.submit('hold', hold)
      const { page, expectNoTrouble } = await openPage(browser, url, { path: '/queue' })
      await page.getByText('1 of 1 slots in use').waitFor(wait)
      await page.getByRole('heading', { name: 'Who waits for one: 1' }).waitFor(wait)
      await inBothThemes(page, 'queue')
      await page.getByRole('grid').getByRole('link', { name: 'two' }).click()
      await page.getByText('waits for a slot, number 1 of 1 in the queue').waitFor(wait)
      await page.getByRole('button', { name: 'Cancel job' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel job' }).click()
      await page.locator('.page-head').getByText('Cancelled').waitFor(wait)
      assert.equal((await jobs.ended(name)).status, 'Canceled')
      await page.getByRole('link', { name: 'Compute & queue' }).click()
      await page.getByText('Nothing runs and nothing waits.').waitFor(wait)
      await expectNoAxeViolations(page)
      expectNoTrouble()
      await page.close()
    },
  )

  for (const [locale, title, empty] of [
    ['fr', 'Tâches', 'Calcul et file d’attente'],
    ['pt', 'Tarefas', 'Computação e fila'],
  ] as const) {
    await t.test(`in ${locale} every word is its own`, async () => {
      const { page, expectNoTrouble } = await openPage(browser, url, { path: '/jobs', locale })
      await page.getByRole('heading', { name: title }).waitFor(wait)
      await page.goto(`${url}/queue`)
      await page.getByRole('heading', { name: empty, exact: true }).waitFor(wait)
      await expectNoAxeViolations(page)
      expectNoTrouble()
      await page.close()
    })
  }
})
