// The JSON schemas of our YAML (schemas/yaml/*.schema.json), for editors: every key of every kind, from the tables that the
// reader itself uses, with the words of the reference page. They say which keys there are and how they nest; what values
// mean is checked by `sluice validate`.
import * as keys from '../src/spec/keys.ts'
import { sectionTables, wordsOf } from './yaml-keys.mjs'

const text = { type: 'string' }
const literal = { type: ['string', 'number', 'boolean', 'null'] }
const anyOf = (...choices) => ({ anyOf: choices })
const mapOf = (value) => ({ type: ['object', 'null'], additionalProperties: value })
const textOrTexts = anyOf(text, { type: 'array', items: text })
/** A table, or one of several by their `type`. */
const one = (title) => ({ $ref: `#/$defs/${idOf(title)}` })
const idOf = (title) => title.replace(/[^A-Za-z_]+(.)?/g, (_, letter = '') => letter.toUpperCase())

const steps = [
  'Step with its command in itself',
  'Step with a component',
  'Sweep step',
  'Parallel step',
  'Spark step',
  'Data transfer step',
  'if_else',
  'do_while',
  'parallel_for',
]

/** What a key's value is, by key or by `Section.key`; a key that is not here may hold anything. */
const values = {
  tags: mapOf(literal),
  properties: { type: ['object', 'null'] },
  environment_variables: mapOf(literal),
  additional_includes: { type: ['array', 'null'], items: text },
  depends_on: textOrTexts,
  jobs: mapOf(anyOf(...steps.map(one))),
  inputs: mapOf(anyOf(literal, one('Input of a job or step'))),
  outputs: mapOf(anyOf(literal, one('Output of a job or step'))),
  settings: one('Settings of a pipeline'),
  component: anyOf(text, { type: 'object' }),
  environment: anyOf(text, one('Environment')),
  resources: one('Resources'),
  distribution: one('Distribution'),
  limits: one('Limits'),
  retry: anyOf({ type: 'integer' }, one('Retry')),
  queue_settings: one('Queue settings'),
  identity: one('Identity'),
  services: mapOf(one('Service')),
  objective: one('Objective of a sweep'),
  sampling_algorithm: anyOf(text, one('Sampling algorithm')),
  early_termination: one('Early termination'),
  search_space: mapOf(one('Search space')),
  retry_settings: one('Retries of a mini-batch'),
  entry: anyOf(text, one('Entry of Spark')),
  source: one('External data'),
  sink: one('External data'),
  build: one('Build'),
  credentials: one('Credentials of Azure Blob Storage'),
  routing: one('Routing of an endpoint'),
  code_configuration: one('Code of a deployment'),
  request_settings: one('Requests of a deployment'),
  batching: one('Batching'),
  data_collector: one('Data collector'),
  collections: mapOf(one('Collection')),
  traffic: mapOf({ type: 'number' }),
  mirror_traffic: mapOf({ type: 'number' }),
  'Sweep job.limits': one('Limits of a sweep'),
  'Sweep step.limits': one('Limits of a sweep'),
  'do_while.limits': one('Limits of do_while'),
  'Parallel step.task': one('Task of a parallel step'),
  'Parallel component.task': one('Task of a parallel step'),
  'Data transfer job.source': one('External data'),
  'Resources.properties': { type: ['object', 'null'] },
  'Input of a component.default': {},
  'Online deployment.resources': one('Resources of a deployment'),
  'Resources of a deployment.limits': one('Limits of a deployment'),
  scale_settings: one('Scale settings'),
  readiness_probe: one('Probe of a deployment'),
  liveness_probe: one('Probe of a deployment'),
  request_logging: one('Logged headers'),
  'Data tests.inputs': mapOf(text),
  tests: { type: ['array', 'null'], items: one('Data test') },
  not_null: textOrTexts,
  unique: textOrTexts,
  sql: text,
  defaults: one('Defaults of a batch endpoint'),
  'Batch deployment.resources': one('Resources of a batch deployment'),
  'Batch deployment.settings': one('Settings of a batch deployment'),
  'Schedule.trigger': anyOf(one('Cron'), one('Recurrence')),
  'Monitor.trigger': anyOf(one('Cron'), one('Recurrence')),
  'Trigger.trigger': one('Event of a trigger'),
  'Recurrence.schedule': one('Times of a recurrence'),
  create_job: anyOf(text, one('Job of a schedule or trigger')),
  'Job of a schedule or trigger.inputs': { type: ['object', 'null'] },
  'Job of a schedule or trigger.outputs': { type: ['object', 'null'] },
  'Job of a schedule or trigger.settings': { type: ['object', 'null'] },
  'Job of a schedule or trigger.limits': { type: ['object', 'null'] },
  policy: one('Policy of a schedule or trigger'),
  create_monitor: one('Signals and alerts'),
  monitoring_target: one('Monitoring target'),
  monitoring_signals: mapOf(one('Signal')),
  alert_notification: anyOf(text, one('Alert notification')),
  on_breach: one('On breach'),
  'On breach.inputs': { type: ['object', 'null'] },
  'Signal.inputs': { type: ['object', 'null'] },
  'Signal.input_data': mapOf(one('Data of a signal')),
  production_data: anyOf(one('Data of a signal'), { type: 'array', items: one('Data of a signal') }),
  reference_data: one('Data of a signal'),
  'Data of a signal.input_data': anyOf(text, one('Input data of a signal')),
  data_window: one('Window of data'),
  data_segment: one('Segment of data'),
  features: anyOf(textOrTexts, one('Most important features')),
  metric_thresholds: anyOf({ type: ['object', 'null'] }, { type: 'array', items: one('Threshold in a list') }),
}
for (const kind of ['Spark job', 'Spark step', 'Spark component'])
  values[`${kind}.resources`] = one('Resources of Spark')
for (const kind of ['Command', 'Pipeline', 'Parallel', 'Spark', 'Data transfer']) {
  values[`${kind} component.inputs`] = mapOf(one('Input of a component'))
  values[`${kind} component.outputs`] = mapOf(anyOf({ type: 'null' }, one('Output of a component')))
}

/** Files by the kinds that they take. */
const files = {
  job: ['Command job', 'Command job of a component', 'Pipeline job', 'Sweep job', 'Spark job', 'Data transfer job'],
  component: [
    'Command component',
    'Pipeline component',
    'Parallel component',
    'Spark component',
    'Data transfer component',
  ],
  environment: ['Environment'],
  data: ['Data asset'],
  model: ['Model'],
  datastore: ['Datastore: a folder of this machine', 'Datastore: Azure Blob Storage'],
  'online-endpoint': ['Online endpoint'],
  'online-deployment': ['Online deployment'],
  'batch-endpoint': ['Batch endpoint'],
  'batch-deployment': ['Batch deployment', 'Batch deployment of a pipeline'],
  'data-tests': ['Data tests'],
  schedule: ['Schedule'],
  trigger: ['Trigger'],
  monitor: ['Monitor'],
}

/** Which document a `type` stands for, so that an editor speaks of one kind and not of all. */
const types = {
  'Pipeline job': 'pipeline',
  'Sweep job': 'sweep',
  'Spark job': 'spark',
  'Data transfer job': 'data_transfer',
  'Pipeline component': 'pipeline',
  'Parallel component': 'parallel',
  'Spark component': 'spark',
  'Data transfer component': 'data_transfer',
  'Datastore: a folder of this machine': 'local_folder',
  'Datastore: Azure Blob Storage': 'azure_blob',
  'Batch deployment': 'model',
  'Batch deployment of a pipeline': 'pipeline',
  'Data tests': 'data_tests',
  Cron: 'cron',
  Recurrence: 'recurrence',
  'Sweep step': 'sweep',
  'Parallel step': 'parallel',
  'Spark step': 'spark',
  'Data transfer step': 'data_transfer',
  if_else: 'if_else',
  do_while: 'do_while',
  parallel_for: 'parallel_for',
}

/** Every schema by its path. Throws for a name above that is no section of the reference page. */
export function yamlSchemas() {
  return Object.fromEntries(
    Object.entries(files).map(([name, kinds]) => [`schemas/yaml/${name}.schema.json`, schemaOf(name, kinds)]),
  )
}

function schemaOf(name, kinds) {
  const defs = {}
  const wanted = [...kinds]
  for (let title = wanted.pop(); title !== undefined; title = wanted.pop()) {
    if (defs[idOf(title)] !== undefined) continue
    const def = definitionOf(title)
    defs[idOf(title)] = def
    for (const [, id] of JSON.stringify(def).matchAll(/"#\/\$defs\/(\w+)"/g)) wanted.push(titleOf(id))
  }
  const sorted = Object.fromEntries(Object.entries(defs).sort(([left], [right]) => (left < right ? -1 : 1)))
  const root = kinds.length === 1 ? one(kinds[0]) : anyOf(...kinds.map(one))
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $comment: 'Made by npm run docs; do not edit.',
    title: `sluice: ${name}`,
    ...root,
    $defs: sorted,
  }
}

const titles = new Map()
function titleOf(id) {
  if (titles.size === 0) for (const title of sectionTables.keys()) titles.set(idOf(title), title)
  const title = titles.get(id)
  if (title === undefined) throw new Error(`yaml-schemas.mjs names ${id}, which yaml-keys.mjs does not describe.`)
  return title
}

function definitionOf(title) {
  const tables = sectionTables.get(title)
  if (tables === keys.identityKeys) return anyOf(text, objectOf(title, tables))
  if (tables === keys.dataTestKeys) return dataTest(title, tables)
  if ('known' in tables) return objectOf(title, tables, types[title])
  return anyOf(...Object.entries(tables).map(([type, table]) => objectOf(title, table, type, true)))
}

function objectOf(title, { known, ignored, aside, isOpen }, type, isTypeNeeded = false) {
  const properties = {}
  for (const key of known) properties[key] = { ...described(title, key), ...(values[`${title}.${key}`] ?? values[key]) }
  for (const key of ignored) properties[key] ??= { description: 'accepted and left aside' }
  for (const [key, reason] of aside) properties[key] = { description: `no effect: ${reason}` }
  if (type !== undefined)
    properties.type = { ...properties.type, ...anyOf({ const: type }, { pattern: inAnyCase(type) }) }
  return {
    type: 'object',
    properties,
    additionalProperties: isOpen,
    ...(isTypeNeeded && { required: ['type'] }),
  }
}

/** Types are read in any case; JSON schemas have no flag for that. Beside a constant, which editors complete. */
function inAnyCase(type) {
  const letters = [...type].map((letter) => (/[a-z]/.test(letter) ? `[${letter}${letter.toUpperCase()}]` : letter))
  return `^${letters.join('')}$`
}

/** One with the checks that are mappings, whose tables have names of their own. */
function dataTest(title, tables) {
  const names = { ...keys.dataCheckKeys, length: 'range', in_set: 'set', not_in_set: 'set', row_count: 'rowCount' }
  const test = objectOf(title, tables)
  for (const [check, table] of Object.entries(names))
    if (check in test.properties)
      Object.assign(
        test.properties[check],
        objectOf('Check of a data test', typeof table === 'string' ? keys.dataCheckKeys[table] : table),
      )
  return test
}

function described(title, key) {
  return { description: wordsOf(title, key).replaceAll('`', '') }
}
