import type { CommandRow, OptionRow } from './command.ts'

const name: CommandRow['arguments'] = [['<name>', 'Name of the endpoint.']]
const fileOption: OptionRow = { flags: '-f, --file <file>', sentence: 'YAML of an online endpoint.' }
const setOption: OptionRow = {
  flags: '--set <path=value>',
  sentence: 'Sets a value by dotted path, over what the file says (tags.team=a); may be repeated.',
  isRepeated: true,
}
const reasonOption: OptionRow = { flags: '--reason <text>', sentence: 'Why, for those who read the events.' }
const versionOption: OptionRow = {
  flags: '--if-version <version>',
  sentence: 'Changes nothing unless this is still the version that endpoint show --json told.',
}
const pageOptions: readonly OptionRow[] = [
  { flags: '--limit <count>', sentence: 'At most so many, 1 to 1000 (default 50).' },
  { flags: '--page-token <token>', sentence: 'Goes on where a page ended.' },
]
const linesOption: OptionRow = { flags: '--lines <count>', sentence: 'Only the last lines (default 200).' }
const followOption: OptionRow = { flags: '--follow', sentence: 'Goes on until Ctrl-C.' }
const endpointFields: readonly OptionRow[] = [
  {
    flags: '--auth-mode <mode>',
    sentence: 'key: scoring wants a key (default); none: open to who reaches the server.',
  },
  { flags: '--description <text>', sentence: 'What it is for.' },
  { flags: '--unit-header <header>', sentence: 'Header that says for whom a request is, e.g. x-unit-id.' },
  { flags: '--deployment-header <header>', sentence: 'Header that chooses a deployment, e.g. x-api-version.' },
  {
    flags: '--label <label=deployment>',
    sentence: 'What a value of that header stands for, e.g. v1=blue; may be repeated.',
    isRepeated: true,
  },
]

/** `sluice endpoint`. */
export const endpointCommands: readonly CommandRow[] = [
  {
    name: 'endpoint create',
    summary: 'Make an endpoint, with keys.',
    arguments: [['[name]', 'Name of the endpoint; else the file says it.']],
    options: [fileOption, setOption, ...endpointFields],
    completes: 'files',
    load: async () => (await import('./endpoint-change.ts')).createEndpoint,
  },
  {
    name: 'endpoint update',
    summary: 'Change an endpoint.',
    arguments: name,
    options: [
      fileOption,
      setOption,
      { flags: '--traffic <percents>', sentence: 'Percent by deployment, e.g. "blue=90 green=10".' },
      {
        flags: '--mirror-traffic <percents>',
        sentence: 'Percent of requests copied to one deployment, e.g. "green=10".',
      },
      ...endpointFields,
      versionOption,
      reasonOption,
    ],
    completes: 'files',
    load: async () => (await import('./endpoint-change.ts')).updateEndpoint,
  },
  {
    name: 'endpoint deploy',
    summary: 'Put a model, or what a YAML file says, behind an endpoint.',
    arguments: [['<name>', 'Name of the endpoint; it is made where it is missing.']],
    options: [
      { flags: '--model <model>', sentence: 'azureml:NAME:VERSION or NAME@ALIAS.' },
      { flags: '--file <file>', sentence: 'YAML of an online endpoint or deployment.' },
      { flags: '--deployment <name>', sentence: 'Name of the deployment (default: the one there is, else "default").' },
    ],
    completes: 'files',
    load: async () => (await import('./endpoint.ts')).deployEndpoint,
  },
  {
    name: 'endpoint invoke',
    summary: 'Send a request to an endpoint and print its answer.',
    arguments: name,
    options: [
      { flags: '--request-file <file>', sentence: 'JSON to send; - for standard input.' },
      { flags: '--body <json>', sentence: 'JSON to send.' },
      { flags: '--deployment <name>', sentence: 'Asks this deployment, whatever the traffic says.' },
      { flags: '--header <name: value>', sentence: 'A header to send; may be repeated.', isRepeated: true },
    ],
    completes: 'files',
    load: async () => (await import('./endpoint.ts')).invokeEndpoint,
  },
  {
    name: 'endpoint list',
    summary: 'List endpoints.',
    options: pageOptions,
    load: async () => (await import('./endpoint.ts')).listEndpoints,
  },
  {
    name: 'endpoint show',
    summary: 'Show an endpoint and its deployments.',
    arguments: name,
    load: async () => (await import('./endpoint.ts')).showEndpoint,
  },
  {
    name: 'endpoint traffic',
    summary: 'Set which share of the requests each deployment gets.',
    arguments: [
      ['<name>', 'Name of the endpoint.'],
      ['<percents...>', 'Percent by deployment, e.g. blue=90 green=10; they sum to 100, or to 0: nobody is served.'],
    ],
    options: [versionOption, reasonOption],
    load: async () => (await import('./endpoint-change.ts')).setTraffic,
  },
  {
    name: 'endpoint mirror',
    summary: 'Copy a share of the requests to a deployment whose answers nobody sees.',
    arguments: [
      ['<name>', 'Name of the endpoint.'],
      ['<percent>', 'e.g. green=10, at most 50; or off.'],
    ],
    options: [versionOption, reasonOption],
    load: async () => (await import('./endpoint-change.ts')).setMirrorTraffic,
  },
  {
    name: 'endpoint rollback',
    summary: 'Go back to the traffic before the last change.',
    arguments: name,
    options: [versionOption, reasonOption],
    load: async () => (await import('./endpoint-change.ts')).rollBackEndpoint,
  },
  {
    name: 'endpoint credentials',
    summary: 'Print the keys of an endpoint.',
    arguments: name,
    load: async () => (await import('./endpoint-change.ts')).endpointCredentials,
  },
  {
    name: 'endpoint regenerate-keys',
    summary: 'Replace one key of an endpoint; the other stays valid.',
    arguments: name,
    options: [{ flags: '--key <key>', sentence: 'primary (default) or secondary.' }],
    load: async () => (await import('./endpoint-change.ts')).regenerateKeys,
  },
  {
    name: 'endpoint logs',
    summary: 'Print the log of a deployment.',
    arguments: name,
    options: [
      { flags: '--deployment <name>', sentence: 'Which deployment (default: the one with most traffic).' },
      linesOption,
      followOption,
    ],
    load: async () => (await import('./deployment.ts')).endpointLogs,
  },
  {
    name: 'endpoint series',
    summary: 'Print requests, errors and latency of an endpoint over time.',
    arguments: name,
    options: [
      { flags: '--deployment <name>', sentence: 'Only this deployment.' },
      { flags: '--since <time>', sentence: 'From a time, or 2h for two hours ago (default: an hour before --to).' },
      { flags: '--to <time>', sentence: 'Until this time (default: now).' },
      {
        flags: '--step <duration>',
        sentence: 'From one line to the next (default 1m; older than an hour 5m at least).',
      },
    ],
    load: async () => (await import('./endpoint-series.ts')).endpointSeries,
  },
  {
    name: 'endpoint delete',
    summary: 'Delete an endpoint with its deployments.',
    arguments: name,
    load: async () => (await import('./endpoint.ts')).deleteEndpoint,
  },
]

const deployment: CommandRow['arguments'] = [['<name>', 'Name of the deployment.']]
const endpointOption: OptionRow = { flags: '--endpoint <name>', sentence: 'Its endpoint; else the file says it.' }
const ofEndpoint: OptionRow = { flags: '--endpoint <name>', sentence: 'Its endpoint.' }
const deploymentFields: readonly OptionRow[] = [
  {
    flags: '-f, --file <file>',
    sentence: 'YAML of a managed or kubernetes online deployment; it runs on this machine.',
  },
  { flags: '--model <model>', sentence: 'azureml:NAME:VERSION or NAME@ALIAS, whatever the file says.' },
  { ...setOption, sentence: 'Sets a value by dotted path (instance_count=2); may be repeated.' },
  { flags: '--all-traffic', sentence: 'Gives it all traffic once it is ready.' },
  { flags: '--no-wait', sentence: 'Returns at once; deployment show tells what becomes of it.' },
]

/** `sluice deployment`. */
export const deploymentCommands: readonly CommandRow[] = [
  {
    name: 'deployment create',
    summary: 'Make a deployment behind an endpoint and wait until it answers.',
    arguments: [['[name]', 'Name of the deployment; else the file says it.']],
    options: [endpointOption, ...deploymentFields],
    completes: 'files',
    load: async () => (await import('./deployment.ts')).createDeployment,
  },
  {
    name: 'deployment update',
    summary: 'Replace what a deployment serves, without a failed request.',
    arguments: deployment,
    options: [endpointOption, ...deploymentFields],
    completes: 'files',
    load: async () => (await import('./deployment.ts')).updateDeployment,
  },
  {
    name: 'deployment list',
    summary: 'List the deployments of an endpoint.',
    options: [ofEndpoint],
    load: async () => (await import('./deployment.ts')).listDeployments,
  },
  {
    name: 'deployment show',
    summary: 'Show a deployment.',
    arguments: deployment,
    options: [ofEndpoint],
    load: async () => (await import('./deployment.ts')).showDeployment,
  },
  {
    name: 'deployment logs',
    summary: 'Print the log of a deployment.',
    arguments: deployment,
    options: [ofEndpoint, linesOption, followOption],
    load: async () => (await import('./deployment.ts')).deploymentLogs,
  },
  {
    name: 'deployment delete',
    summary: 'Delete a deployment; refused while it takes traffic.',
    arguments: deployment,
    options: [ofEndpoint],
    load: async () => (await import('./deployment.ts')).deleteDeployment,
  },
]
