import type { CommandRow, OptionRow } from './command.ts'

const selectionOptions: readonly OptionRow[] = [
  { flags: '--endpoint <name>', sentence: 'Only this endpoint.' },
  { flags: '--deployment <name>', sentence: 'Only this deployment.' },
  { flags: '--collection <name>', sentence: 'Only this collection, e.g. model_inputs.' },
]

/** Payloads that deployments collect. */
export const payloadCommands: readonly CommandRow[] = [
  {
    name: 'payload list',
    summary: 'List what deployments collected, and what was dropped.',
    options: selectionOptions,
    load: async () => (await import('./payload.ts')).listPayloads,
  },
  {
    name: 'payload windows',
    summary: 'List the windows of collected payloads, each a version of a data asset.',
    options: [
      ...selectionOptions,
      { flags: '--from <time>', sentence: 'Windows that end after this time, e.g. 2026-11-01T00:00:00Z.' },
      { flags: '--to <time>', sentence: 'Windows that begin before this time.' },
      { flags: '--limit <count>', sentence: 'At most so many, 1 to 1000 (default 1000).' },
      { flags: '--page-token <token>', sentence: 'Goes on where a page ended.' },
    ],
    load: async () => (await import('./payload.ts')).listWindows,
  },
  {
    name: 'payload rows',
    summary: 'Print rows that were collected of an endpoint, the newest first.',
    arguments: [['<endpoint>', 'Name of the endpoint.']],
    options: [
      { flags: '--collection <name>', sentence: 'Which collection (default: model_inputs).' },
      { flags: '--deployment <name>', sentence: 'Only this deployment.' },
      { flags: '--since <time>', sentence: 'Requests that arrived then or later: a time, or 2h for two hours ago.' },
      { flags: '--to <time>', sentence: 'Requests that arrived before it.' },
      { flags: '--limit <count>', sentence: 'At most so many, 1 to 1000 (default 100).' },
      { flags: '--page-token <token>', sentence: 'Goes on where a page ended.' },
    ],
    load: async () => (await import('./payload-rows.ts')).listPayloadRows,
  },
  {
    name: 'payload show',
    summary: 'Show what was collected of one request.',
    arguments: [['<request>', 'Its id: the header x-ms-request-id of the answer.']],
    load: async () => (await import('./payload.ts')).showRequest,
  },
  {
    name: 'payload end-windows',
    summary: 'End the open windows now, and make them versions of their data assets.',
    load: async () => (await import('./payload.ts')).endWindows,
  },
]
