import assert from 'node:assert/strict'
import { databaseTest } from '../../test/database.test-support.ts'
import { localPrincipal } from '../access/principal.ts'
import { SluiceError } from '../base/errors.ts'
import { openTriggerLab, type TriggerLab } from './triggers.test-support.ts'

const remote = { by: localPrincipal, isRemote: true }
const yaml = (job: string, trigger = 'type: cron, expression: 0 * * * *'): string =>
  `name: s\ntrigger: {${trigger}}\ncreate_job: ${job}\n`

async function refusal(doing: Promise<unknown>): Promise<string> {
  const error: unknown = await doing.then(
    () => assert.fail('it was not refused'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof SluiceError, String(error))
  return `${error.code}: ${error.message}`
}

/** A store in which one job ran. */
async function openLab(...store: Parameters<typeof openTriggerLab>): Promise<TriggerLab> {
  const lab = openTriggerLab(...store)
  await lab.create(yaml('./job.yml', 'type: recurrence, frequency: day, interval: 1').replace('name: s', 'name: first'))
  assert.equal(lab.submitted[0]?.job, 'job_1')
  return lab
}

const create = async (lab: TriggerLab, text: string) => settled(lab, lab.triggers.create(await lab.read(text), remote))
const update = async (lab: TriggerLab, text: string) => settled(lab, lab.triggers.update(await lab.read(text), remote))

/** Nothing happens behind the back of a test that ends. */
async function settled<T>({ runner }: TriggerLab, doing: Promise<T>): Promise<T> {
  const done = await doing
  await runner.settle()
  return done
}

databaseTest('from elsewhere a schedule names jobs of the store and pipelines, and no file', async (database, t) => {
  const lab = await openLab(database, t)
  assert.match(
    await refusal(create(lab, yaml('./job.yml'))),
    /^permission-denied: The schedule "s" names \/p\/job\.yml/,
  )
  const outputs = '{job: azureml:job_1, outputs: {model: {path: /etc/cron.d}}}'
  assert.match(
    await refusal(create(lab, yaml(outputs))),
    /^permission-denied: .*says where outputs go \(outputs\.model/,
  )
  const watched = yaml('{pipeline: training}', 'type: data_change, path: /etc')
  assert.match(await refusal(create(lab, watched)), /^permission-denied: The trigger "s" watches \/etc/)
  await create(lab, yaml('{pipeline: training, inputs: {alpha: 0.5, label: "of ${{name}}"}}'))
  const place = 'type: data_change, path: azureml://datastores/lake/paths/in'
  assert.equal((await create(lab, yaml('{pipeline: training}', place))).family, 'trigger')
  const again = yaml('{job: azureml:job_1, settings: {force_rerun: true}}')
  assert.equal((await create(lab, again.replace('name: s', 'name: t'))).name, 't')
})

databaseTest('from elsewhere no value is more than text, and no data a path', async (database, t) => {
  const lab = await openLab(database, t)
  const job = (inputs: string): string => yaml(`{job: azureml:job_1, inputs: {${inputs}}}`)
  assert.match(await refusal(create(lab, job('label: a; rm -r b'))), /^invalid-request: .*could read as more than text/)
  assert.match(await refusal(create(lab, job('jobs.train.inputs.x: 1'))), /^invalid-request: There is no parameter/)
  assert.match(await refusal(create(lab, job('zzz: 1'))), /^invalid-document: .*"zzz", which the job does not have/)
})

databaseTest(
  'what the command line made is changed from elsewhere without its files being read',
  async (database, t) => {
    const lab = openTriggerLab(database, t)
    await lab.create(yaml('{job: ./job.yml, inputs: {label: "a; b"}}'))
    const later = (job: string): string => yaml(job, 'type: cron, expression: 30 * * * *')
    const written = { file: '/p/trigger.yml', text: later('{job: ./job.yml, inputs: {label: "a; b", alpha: 0.9}}') }
    const changed = await lab.triggers.update(await lab.read(written.text), { ...remote, written })
    assert.deepEqual(changed.definition.written, written)
    await lab.moveTo('09:30:00')
    assert.deepEqual(
      lab.submitted.map(({ values }) => values),
      [{ label: 'a; b', alpha: '0.9' }],
    )
    assert.match(await refusal(update(lab, later('./other.yml'))), /^permission-denied: .*\/p\/other\.yml/)
    const set = later('{job: ./job.yml, settings: {force_rerun: true}}')
    assert.match(await refusal(update(lab, set)), /^permission-denied: .*\/p\/job\.yml/)
    assert.match(await refusal(update(lab, later('{job: ./job.yml, inputs: {label: $x}}'))), /^invalid-request/)
    await update(lab, later('{pipeline: training}'))
    assert.equal(
      (await lab.triggers.get({ family: 'schedule', name: 's' })).definition.action.kind,
      'published-pipeline',
    )
  },
)

databaseTest('where outputs of a job of the store go may stay as it was', async (database, t) => {
  const lab = await openLab(database, t)
  const yamlAt = (hour: number): string =>
    yaml('{job: azureml:job_1, outputs: {model: {path: /models}}}', `type: cron, expression: 0 ${hour} * * *`)
  await lab.create(yamlAt(1))
  await update(lab, yamlAt(2))
  assert.match(await refusal(update(lab, yamlAt(3).replace('/models', '/etc'))), /^permission-denied/)
})

databaseTest('a path that was watched already may stay', async (database, t) => {
  const lab = openTriggerLab(database, t)
  const watching = (path: string): string => yaml('{pipeline: training}', `type: data_change, path: ${path}`)
  await lab.create(watching('/in'))
  await update(lab, watching('/in'))
  assert.match(await refusal(update(lab, watching('/etc'))), /^permission-denied/)
})
