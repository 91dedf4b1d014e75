import type { CommandRow, OptionRow } from './command.ts'

const name: CommandRow['arguments'] = [['<name>', 'Name of the endpoint.']]
const watchOption: OptionRow = { flags: '-w, --watch', sentence: 'Watches it until it is over.' }
const reasonOption: OptionRow = { flags: '--reason <text>', sentence: 'Why, for those who read the events.' }

/** `sluice endpoint rollout` and `compare`. */
export const rolloutCommands: readonly CommandRow[] = [
  {
    name: 'endpoint rollout',
    summary: 'Give a deployment the traffic step by step; it is promoted or rolled back by itself.',
    arguments: name,
    options: [
      { flags: '--to <deployment>', sentence: 'A deployment that is ready.' },
      { flags: '--model <model>', sentence: 'A model to deploy as the deployment with most traffic is.' },
      { flags: '-f, --file <file>', sentence: 'YAML of a deployment to make.' },
      { flags: '--deployment <name>', sentence: 'Name of the new deployment (default: what the model or file says).' },
      { flags: '--steps <percents>', sentence: 'Its share in each step (default 5,25,50,100); 100 is blue-green.' },
      { flags: '--hold <duration>', sentence: 'How long a step holds, e.g. 10m (default) or 0s.' },
      {
        flags: '--abort-on <conditions>',
        sentence:
          'Rolls back on any: error-rate>1%, error-rate>2x (the baseline), p95>200ms, worse:METRIC; may be repeated.',
        isRepeated: true,
      },
      { flags: '--min-requests <count>', sentence: 'Requests that a step needs before it ends (default 30).' },
      { flags: '--if-version <version>', sentence: 'Does nothing unless this is still the version of the endpoint.' },
      watchOption,
    ],
    completes: 'files',
    load: async () => (await import('./rollout.ts')).rollOut,
  },
  {
    name: 'endpoint rollout-status',
    summary: 'Show the newest rollout of an endpoint.',
    arguments: name,
    options: [watchOption],
    load: async () => (await import('./rollout.ts')).rolloutStatus,
  },
  {
    name: 'endpoint rollout-abort',
    summary: 'End a rollout and go back to the traffic it began from.',
    arguments: name,
    options: [reasonOption],
    load: async () => (await import('./rollout.ts')).abortRollout,
  },
  {
    name: 'endpoint rollout-promote',
    summary: 'End a rollout and give the candidate all traffic.',
    arguments: name,
    options: [reasonOption],
    load: async () => (await import('./rollout.ts')).promoteRollout,
  },
  {
    name: 'endpoint compare',
    summary: 'Compare two deployments: latency, errors and outcomes, with a verdict for each.',
    arguments: name,
    options: [
      { flags: '--baseline <deployment>', sentence: 'Default: the one with most traffic.' },
      { flags: '--candidate <deployment>', sentence: 'Default: the other one.' },
      {
        flags: '--metric <metric>',
        sentence: 'latency, error, or an outcome: revenue, mae:lower; may be repeated (default: all there are).',
        isRepeated: true,
      },
      {
        flags: '--margin <metric=margin>',
        sentence: 'The smallest difference that matters: latency=5%, revenue=0.1; may be repeated.',
        isRepeated: true,
      },
      { flags: '--covariate <outcome>', sentence: 'An outcome that was known before: what it explains is taken out.' },
      { flags: '--since <time>', sentence: 'Only requests since then, e.g. 2h or 2026-03-01T00:00:00Z.' },
    ],
    load: async () => (await import('./compare.ts')).compareDeployments,
  },
  {
    name: 'endpoint outcomes',
    summary: 'Tell what came of requests, by request id, so that variants are compared by it.',
    arguments: [
      ['<name>', 'Name of the endpoint.'],
      ['<file>', 'JSON lines, e.g. {"request_id": "...", "revenue": 3.5}, or one JSON array.'],
    ],
    completes: 'files',
    load: async () => (await import('./compare.ts')).reportOutcomes,
  },
]
