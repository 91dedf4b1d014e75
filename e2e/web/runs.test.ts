import assert from 'node:assert/strict'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { expectNoAxeViolations, inBothThemes, openPage, skipWithoutBrowser, startBrowser } from './browser.ts'
import { startWebServer, type WebServer } from './web-server.ts'

const patience = { timeout: 60_000 }

test('runs and experiments in the web application', { skip: skipWithoutBrowser }, async (t) => {
  const server = await startWebServer(t)
  const browser = await startBrowser(t)
  const { experiment_id: id } = await server.mlflow('experiments/create', { name: 'houses' })
  const experiment = `/experiments/${String(id)}`

  await t.test('an experiment without runs says how to log one', async () => {
    const { page, expectNoTrouble } = await openPage(browser, server.url, { path: experiment })
    await page.getByText('No runs yet').waitFor(patience)
    await inBothThemes(page, 'experiment-empty')
    expectNoTrouble()
    await page.close()
  })

  const runs = await logRuns(server, String(id))
  await server.mlflow('registered-models/create', { name: 'houses' })
  const source = `runs:/${runs[0]!}/model`
  await server.mlflow('model-versions/create', { name: 'houses', source, run_id: runs[0]! })

  await t.test('experiments are listed, created, renamed, described, deleted and restored', async () => {
    const { page, expectNoTrouble } = await openPage(browser, server.url, { path: '/experiments' })
    await page.getByRole('grid').getByRole('link', { name: 'houses' }).waitFor(patience)
    await inBothThemes(page, 'experiments')
    await page.getByRole('button', { name: 'New experiment' }).click()
    await page.getByLabel('Name').fill('ships')
    await page.getByRole('button', { name: 'Create experiment' }).click()
    await page.getByRole('heading', { name: 'ships', level: 1 }).waitFor(patience)
    await page.getByRole('button', { name: 'Rename' }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('boats')
    await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click()
    await page.getByRole('heading', { name: 'boats', level: 1 }).waitFor(patience)
    await page.getByRole('button', { name: 'Describe' }).click()
    await page.getByRole('dialog').getByLabel('Description').fill('What floats.')
    await page.getByRole('dialog').getByRole('button', { name: 'Describe' }).click()
    await page.getByRole('paragraph').filter({ hasText: 'What floats.' }).waitFor(patience)
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('button', { name: 'Restore' }).click(patience)
    await page.getByRole('button', { name: 'Rename' }).waitFor(patience)
    expectNoTrouble()
    await page.close()
  })

  await t.test('runs are ordered, filtered and saved as a view; the address shows the same to others', async () => {
    const { page, expectNoTrouble, forgive } = await openPage(browser, server.url, { path: experiment })
    const table = page.getByRole('grid', { name: 'Runs' })
    await table.getByText('run-29').waitFor(patience)
    await inBothThemes(page, 'runs')
    await page.getByRole('button', { name: 'rmse' }).click()
    await page.getByRole('columnheader', { name: 'rmse' }).and(page.locator('[aria-sort="descending"]')).waitFor()
    await table.locator('[aria-rowindex="2"]').getByText('2.9', { exact: true }).waitFor(patience)
    const filter = page.getByRole('combobox', { name: 'Filter' })
    await filter.fill('metrics.rmse < < 2')
    await filter.press('Enter')
    await page.getByRole('alert').getByText('^').waitFor(patience)
    await expectNoAxeViolations(page)
    forgive()
    await filter.fill("params.model = 'tree'")
    await filter.press('Enter')
    await page.getByText('15 rows').waitFor(patience)
    await page.getByRole('button', { name: 'Saved views' }).click()
    await page.getByRole('button', { name: 'Save this view…' }).click()
    await page.getByRole('dialog').getByLabel('Name of the view').fill('trees')
    await page.getByRole('dialog').getByRole('button', { name: 'Save view' }).click()
    await page.getByText('View trees is saved.').waitFor(patience)
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    const other = await openPage(browser, server.url, { path: experiment })
    await other.page.getByRole('button', { name: 'Saved views' }).click()
    await other.page.getByRole('link', { name: 'trees' }).click()
    await other.page.getByText('15 rows').waitFor(patience)
    await other.page.waitForURL(({ search }) => search === new URL(page.url()).search)
    other.expectNoTrouble()
    await other.page.close()
    expectNoTrouble()
    await page.close()
  })

  await t.test(
    'columns are widened and moved by pointer and keys, kept in the address; the page never scrolls',
    async () => {
      const note = { key: 'mlflow.note.content', value: 'Prices of houses.\nBy the month.\nSince 1990.' }
      await server.mlflow('experiments/set-experiment-tag', { experiment_id: String(id), ...note })
      const { page, expectNoTrouble } = await openPage(browser, server.url, { path: experiment })
      const table = page.getByRole('grid', { name: 'Runs' })
      await table.getByText('run-29').waitFor(patience)
      await page.getByText('Since 1990.').waitFor()
      const [whole, window] = await page.evaluate(() => [document.documentElement.scrollHeight, innerHeight])
      assert.equal(whole, window)
      const head = (name: string) => table.getByRole('columnheader', { name, exact: true })
      const edge = (await head('Status').locator('.data-table-resize').boundingBox())!
      await page.mouse.move(edge.x + 3, edge.y + 5)
      await page.mouse.down()
      await page.mouse.move(edge.x + 63, edge.y + 5, { steps: 4 })
      await page.mouse.up()
      await page.waitForURL(/widths=status%3A180/)
      assert.equal((await head('Status').boundingBox())!.width, 180)
      await table.focus()
      for (const key of ['ArrowRight', 'Shift+ArrowLeft', '>']) await page.keyboard.press(key)
      await page.waitForURL(/widths=status%3A164/)
      await page.waitForURL(/columns=name%2Cstarted%2Cstatus/)
      await head('Status').dragTo(head('Started'))
      await page.waitForURL(/columns=name%2Cstatus%2Cstarted/)
      await inBothThemes(page, 'runs-columns')
      expectNoTrouble()
      await page.close()
    },
  )

  await t.test('nested runs open below their parent by pointer and keys, at any depth, a piece at a time', async () => {
    const { path, sweep } = await logSweep(server)
    const { page, expectNoTrouble } = await openPage(browser, server.url, { path })
    await page.getByRole('grid', { name: 'Runs' }).getByText('trial-109').waitFor(patience)
    await page.getByRole('checkbox', { name: 'Nested' }).check()
    await page.waitForURL(/nested=true/)
    const table = page.getByRole('treegrid', { name: 'Runs' })
    await table.getByText('110 children').waitFor(patience)
    await page.getByText('2 rows').waitFor()
    await table.focus()
    // Newest first: the run alone, which has nothing to open, then the sweep.
    for (const key of ['ArrowDown', 'ArrowRight']) await page.keyboard.press(key)
    const row = (name: string) => table.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) })
    await row('trial-109').and(page.locator('[aria-level="2"]')).waitFor(patience)
    await row('sweep').and(page.locator('[aria-expanded="true"]')).waitFor()
    await inBothThemes(page, 'runs-nested')
    await table.focus()
    await page.keyboard.press('End')
    await page.getByText('112 rows').waitFor(patience)
    await page.keyboard.press('End')
    await row('trial-000').getByRole('button', { name: 'Open row' }).click(patience)
    await row('fold').and(page.locator('[aria-level="3"]')).waitFor(patience)
    await expectNoAxeViolations(page)
    // The first closes the row, the second goes to the one it is under.
    for (const key of ['ArrowLeft', 'ArrowLeft']) await page.keyboard.press(key)
    await row('sweep').and(page.locator('.active')).waitFor()
    await page.keyboard.press('ArrowLeft')
    await page.getByText('2 rows').waitFor()
    assert.equal(await row('trial-109').count(), 0)
    await row('sweep').getByRole('link').click()
    await page.waitForURL(new RegExp(`/runs/${sweep}`))
    expectNoTrouble()
    await page.close()
  })

  await t.test('nested no more but grouped by a param: groups are counted, ordered by a mean, and open', async () => {
    const { page, expectNoTrouble } = await openPage(browser, server.url, { path: `${experiment}?nested=true` })
    await page.getByRole('treegrid', { name: 'Runs' }).getByText('run-29').waitFor(patience)
    await page.getByLabel('Group by').selectOption('params.model')
    await page.waitForURL(/group=params\.model/)
    const table = page.getByRole('treegrid', { name: 'Groups of runs' })
    const row = (index: number, text: string) => table.locator(`[aria-rowindex="${index}"]`).filter({ hasText: text })
    await row(2, 'line').filter({ hasText: '15' }).filter({ hasText: '1.5 (0.1 – 2.9)' }).waitFor(patience)
    await row(3, 'tree').filter({ hasText: '15' }).filter({ hasText: '1.4 (0 – 2.8)' }).waitFor()
    const sort = page.getByRole('button', { name: 'rmse: mean (min – max)' })
    await sort.click()
    await page.waitForURL(/sort=-metrics\.rmse/)
    await sort.click()
    await row(2, 'tree').waitFor(patience)
    const filter = page.getByRole('combobox', { name: 'Filter' })
    await filter.fill('metrics.rmse < 0.35')
    await filter.press('Enter')
    await row(2, 'tree').filter({ hasText: '0.1 (0 – 0.2)' }).waitFor(patience)
    await table.focus()
    await page.keyboard.press('ArrowRight')
    await row(4, 'run-02').and(page.locator('[aria-level="2"]')).waitFor(patience)
    await row(5, 'line').waitFor()
    await inBothThemes(page, 'runs-grouped')
    await page.getByLabel('Group by').selectOption('Not grouped')
    await page.getByRole('grid', { name: 'Runs' }).getByText('run-03').waitFor(patience)
    expectNoTrouble()
    await page.close()
  })

  await t.test('selected runs are tagged, deleted and restored together; what is shown is exported', async () => {
    const { page, expectNoTrouble } = await openPage(browser, server.url, { path: `${experiment}?sort=name` })
    const table = page.getByRole('grid', { name: 'Runs' })
    await table.getByText('run-00').waitFor(patience)
    await table.focus()
    for (const key of ['x', 'Shift+ArrowDown', 'Shift+ArrowDown']) await page.keyboard.press(key)
    await page.getByText('3 runs selected').waitFor()
    await page.getByRole('button', { name: 'Tag…' }).click()
    await page.getByRole('dialog').getByLabel('Tag').fill('reviewed')
    await page.getByRole('dialog').getByLabel('Value').fill('yes')
    await expectNoAxeViolations(page)
    await page.getByRole('button', { name: 'Set tag' }).click()
    await page.getByText('Done: 3 runs').waitFor(patience)
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    const filter = page.getByRole('combobox', { name: 'Filter' })
    await filter.fill("tags.reviewed = 'yes'")
    await filter.press('Enter')
    await page.getByText('3 rows').waitFor(patience)
    await page.getByRole('button', { name: 'Export' }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'As CSV' }).click(),
    ])
    const lines = (await readFile(await download.path(), 'utf8')).trimEnd().split('\r\n')
    assert.match(lines[0]!, /^run_id,name,status,.*metrics\.rmse.*params\.model/)
    assert.equal(lines.length, 4)
    await page.getByRole('checkbox', { name: 'Select all loaded rows' }).click()
    await page.getByRole('button', { name: 'Delete', exact: true }).last().click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByText('No run fits.').waitFor(patience)
    await page.getByLabel('Show', { exact: true }).selectOption('deleted')
    await page.getByText('3 rows').waitFor(patience)
    await page.getByRole('checkbox', { name: 'Select all loaded rows' }).click()
    await page.getByRole('button', { name: 'Restore' }).click()
    await page.getByText('No run fits.').waitFor(patience)
    expectNoTrouble()
    await page.close()
  })

  await t.test('a run shows its values, curves, files, children and comments, and is named anew', async () => {
    const { page, expectNoTrouble } = await openPage(browser, server.url, { path: `/runs/${runs[0]!}` })
    await page.getByRole('heading', { name: 'run-00', level: 1 }).waitFor(patience)
    await page.getByRole('grid', { name: 'Parameters' }).getByText('tree').waitFor()
    await page.getByRole('grid', { name: 'Metrics' }).getByText('rmse').waitFor()
    await page.getByRole('button', { name: 'Give alias…' }).waitFor(patience)
    await inBothThemes(page, 'run')
    await page.getByRole('button', { name: 'Give alias…' }).click(patience)
    await page.getByRole('dialog').getByRole('button', { name: 'Give alias' }).click()
    await page.getByText('houses version 1 is champion now.').waitFor(patience)
    const given = await fetch(`${server.url}/api/2.0/mlflow/registered-models/alias?name=houses&alias=champion`)
    assert.equal(((await given.json()) as { model_version: { version: string } }).model_version.version, '1')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await page.getByRole('tab', { name: 'Charts' }).click()
    await page.getByRole('img', { name: 'rmse' }).waitFor(patience)
    await page.getByRole('slider', { name: 'Smoothing' }).fill('0.5')
    await page.waitForURL(/smooth=0\.5/)
    await inBothThemes(page, 'run-charts')
    await page.getByRole('tab', { name: 'Files' }).click()
    await page.getByRole('button', { name: /page\.html/ }).click(patience)
    await page.locator('iframe[sandbox=""]').contentFrame().getByText('All is well').waitFor(patience)
    await inBothThemes(page, 'run-files')
    await page.keyboard.press('ArrowDown')
    await page.getByRole('grid', { name: 'scores.csv' }).getByText('forest').waitFor(patience)
    await page.getByRole('tab', { name: 'Children' }).click()
    await page.getByRole('link', { name: 'run-01' }).waitFor(patience)
    await page.getByRole('tab', { name: 'Comments' }).click()
    await page.getByLabel('Write a comment').fill('The best so far.')
    await page.getByRole('button', { name: 'Comment', exact: true }).click()
    await page.getByRole('listitem').getByText('The best so far.').waitFor(patience)
    await inBothThemes(page, 'run-comments')
    await page.getByRole('button', { name: 'Rename' }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('winner')
    await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click()
    await page.getByRole('heading', { name: 'winner', level: 1 }).waitFor(patience)
    expectNoTrouble()
    await page.close()
  })

  await t.test('five selected runs are compared by values, curves, coordinates and points', async () => {
    const { page, expectNoTrouble } = await openPage(browser, server.url, { path: `${experiment}?sort=started` })
    const table = page.getByRole('grid', { name: 'Runs' })
    await table.getByText('run-04').waitFor(patience)
    await table.focus()
    await page.keyboard.press('x')
    for (let row = 0; row < 4; row++) await page.keyboard.press('Shift+ArrowDown')
    await page.getByRole('button', { name: 'Compare' }).click()
    await page.getByRole('heading', { name: 'Compare 5 runs' }).waitFor(patience)
    const values = page.getByRole('grid', { name: 'Values of the runs' })
    await values.getByText('rmse').waitFor(patience)
    assert.equal(await values.getByText('seed').count(), 0)
    await inBothThemes(page, 'compare')
    await page.getByLabel('Only what differs').uncheck()
    await values.getByText('seed').waitFor()
    await page.getByLabel('A row for each run').check()
    await values.getByRole('link', { name: 'run-04' }).waitFor()
    await page.getByRole('tab', { name: 'Charts' }).click()
    await page.getByRole('img', { name: 'rmse' }).waitFor(patience)
    await inBothThemes(page, 'compare-charts')
    await page.getByRole('tab', { name: 'Parallel coordinates' }).click()
    await page.getByText('5 of 5 runs are in these ranges').waitFor()
    await page.getByRole('slider', { name: 'rmse: to' }).fill('0.3')
    await page.getByText('2 of 5 runs are in these ranges').waitFor()
    await page.getByRole('button', { name: 'run-01' }).click()
    assert.equal(await page.locator('polyline.is-lit title').textContent(), 'run-01')
    await inBothThemes(page, 'compare-parallel')
    await page.getByRole('tab', { name: 'Scatter' }).click()
    await page.getByRole('img').first().waitFor(patience)
    await inBothThemes(page, 'compare-scatter')
    expectNoTrouble()
    await page.close()
  })

  await t.test('files of two runs stand beside each other, and texts as what differs in them', async () => {
    const path = `/compare?runs=${runs[0]!},${runs[1]!}&tab=files`
    const { page, expectNoTrouble } = await openPage(browser, server.url, { path })
    // The first was named anew above.
    await page.getByRole('button', { name: /page\.html/ }).click(patience)
    await page.getByRole('region', { name: 'run-01', exact: true }).getByText('This run has no such file.').waitFor()
    await page.keyboard.press('ArrowDown')
    await page.waitForURL(/file=scores\.csv/)
    await page.getByRole('region', { name: 'winner', exact: true }).getByText('forest').waitFor(patience)
    await page.getByRole('region', { name: 'run-01', exact: true }).getByText('0.7').waitFor(patience)
    await inBothThemes(page, 'compare-files')
    await page.getByLabel('Only the differences').check()
    await page.getByText('forest,0.7').waitFor(patience)
    await inBothThemes(page, 'compare-file-differences')
    expectNoTrouble()
    await page.close()
  })

  await t.test('of two jobs the code, settings and inputs are compared down to the lines', async () => {
    await mkdir(join(server.folder, 'code'))
    const jobs: string[] = []
    for (const word of ['one', 'two']) {
      await server.write('code/train.sh', `# Trains.\necho ${word}\n`)
      const file = await server.write('train.yml', trainingJob(word))
      const { job } = JSON.parse((await server.sluice('run', file, '--json')).split('\n')[0]!) as {
        job: { name: string }
      }
      jobs.push(job.name)
    }
    const path = `/compare?runs=${jobs.join(',')}&tab=origin`
    const { page, expectNoTrouble } = await openPage(browser, server.url, { path })
    await page.getByRole('row', { name: /input word one two/ }).waitFor(patience)
    await page.getByRole('button', { name: 'Show the change of train.sh' }).click()
    await page.getByText('echo two').waitFor(patience)
    await page.getByText('echo one').waitFor()
    await page.getByRole('region', { name: 'Where they come from' }).getByRole('link', { name: jobs[0]! }).waitFor()
    await inBothThemes(page, 'compare-origin')
    expectNoTrouble()
    await page.close()
  })
})

const trainingJob = (word: string): string => `type: command
display_name: training
experiment_name: houses
code: ./code
inputs: {word: ${word}}
command: sh train.sh \${{inputs.word}}
`

/** A run alone, and one with 110 under it, of which the oldest has one more under it. */
async function logSweep({ mlflow }: WebServer): Promise<{ readonly path: string; readonly sweep: string }> {
  const { experiment_id: id } = await mlflow('experiments/create', { name: 'sweeps' })
  const create = async (name: string, start: number, parent?: string): Promise<string> => {
    const tags = parent === undefined ? [] : [{ key: 'mlflow.parentRunId', value: parent }]
    const made = await mlflow('runs/create', { experiment_id: id, run_name: name, start_time: start, tags })
    return (made['run'] as { info: { run_id: string } }).info.run_id
  }
  const sweep = await create('sweep', 1)
  await create('alone', 2)
  const numbers = Array.from({ length: 110 }, (_, number) => number)
  const trials = await Promise.all(
    numbers.map((number) => create(`trial-${String(number).padStart(3, '0')}`, number + 3, sweep)),
  )
  await create('fold', 4, trials[0])
  return { path: `/experiments/${String(id)}`, sweep }
}

/** Thirty runs, every other one a tree; the first ones have curves. */
async function logRuns({ mlflow, url }: WebServer, experimentId: string): Promise<readonly string[]> {
  const ids: string[] = []
  for (let number = 0; number < 30; number++) {
    const name = `run-${String(number).padStart(2, '0')}`
    const made = await mlflow('runs/create', { experiment_id: experimentId, run_name: name, start_time: number + 1 })
    const id = (made['run'] as { info: { run_id: string } }).info.run_id
    const steps = number < 5 ? 20 : 1
    await mlflow('runs/log-batch', {
      run_id: id,
      params: [
        { key: 'model', value: number % 2 === 0 ? 'tree' : 'line' },
        { key: 'seed', value: '7' },
      ],
      metrics: Array.from({ length: steps }, (_, step) => ({
        ...{ key: 'rmse', timestamp: 1000 + step, step },
        value: number / 10 + (steps - 1 - step),
      })),
    })
    if (number === 1) await mlflow('runs/set-tag', { run_id: id, key: 'mlflow.parentRunId', value: ids[0] })
    if (number === 1) await putFile(url, `${experimentId}/${id}/artifacts/scores.csv`, 'name,score\nforest,0.7\n')
    if (number === 0)
      for (const [name, text] of [
        ['page.html', '<h1>All is well</h1>'],
        ['scores.csv', 'name,score\nforest,0.9\n'],
      ] as const)
        await putFile(url, `${experimentId}/${id}/artifacts/${name}`, text)
    await mlflow('runs/update', { run_id: id, status: 'FINISHED', end_time: 90_000 })
    ids.push(id)
  }
  return ids
}

/** As MLflow's clients do. */
async function putFile(url: string, path: string, text: string): Promise<void> {
  const answer = await fetch(`${url}/api/2.0/mlflow-artifacts/artifacts/${path}`, { method: 'PUT', body: text })
  assert.equal(answer.ok, true, await answer.text())
}
