import type { CommandRow, OptionRow } from './command.ts'

const subjectOptions: readonly OptionRow[] = [
  { flags: '--run <id>', sentence: 'A run.' },
  { flags: '--model <name>', sentence: 'A registered model.' },
  { flags: '--version <number>', sentence: 'With --model: that version of it.' },
]
const commentId = ['<id>', 'Id of the comment.'] as const
const viewId = ['<id>', 'Id of the view.'] as const
const webhookId = ['<id>', 'Id of the webhook.'] as const
const contentOption: OptionRow = { flags: '--content <json>', sentence: 'What the page shows, an object of JSON.' }
const webhookOptions: readonly OptionRow[] = [
  { flags: '--event <event>', sentence: 'For example model_version.created; may be repeated.', isRepeated: true },
  { flags: '--description <text>', sentence: 'What it is for.' },
  { flags: '--secret-from <variable>', sentence: 'Variable with the secret that signs what is sent.' },
]

const commentCommands: readonly CommandRow[] = [
  {
    name: 'comment create',
    summary: 'Say something of a run, a model or a version of one.',
    arguments: [['<text>', 'The comment.']],
    options: subjectOptions,
    load: async () => (await import('./comment.ts')).createComment,
  },
  {
    name: 'comment list',
    summary: 'List what was said of a run, a model or a version of one.',
    options: subjectOptions,
    load: async () => (await import('./comment.ts')).listComments,
  },
  {
    name: 'comment update',
    summary: 'Change a comment of yours.',
    arguments: [commentId, ['<text>', 'The comment.']],
    load: async () => (await import('./comment.ts')).updateComment,
  },
  {
    name: 'comment delete',
    summary: 'Delete a comment of yours.',
    arguments: [commentId],
    load: async () => (await import('./comment.ts')).deleteComment,
  },
]

const viewCommands: readonly CommandRow[] = [
  {
    name: 'view create',
    summary: 'Save what a page shows under a name.',
    arguments: [['<name>', 'Name of the view.']],
    options: [{ flags: '--page <page>', sentence: 'Which page it is of (default: runs).' }, contentOption],
    load: async () => (await import('./saved-view.ts')).createView,
  },
  {
    name: 'view list',
    summary: 'List saved views.',
    options: [{ flags: '--page <page>', sentence: 'Only those of this page.' }],
    load: async () => (await import('./saved-view.ts')).listViews,
  },
  {
    name: 'view show',
    summary: 'Show a saved view.',
    arguments: [viewId],
    load: async () => (await import('./saved-view.ts')).showView,
  },
  {
    name: 'view update',
    summary: 'Rename a saved view, or replace what it shows.',
    arguments: [viewId],
    options: [{ flags: '--name <name>', sentence: 'Its new name.' }, contentOption],
    load: async () => (await import('./saved-view.ts')).updateView,
  },
  {
    name: 'view delete',
    summary: 'Delete a saved view.',
    arguments: [viewId],
    load: async () => (await import('./saved-view.ts')).deleteView,
  },
]

const webhookCommands: readonly CommandRow[] = [
  {
    name: 'webhook create',
    summary: 'Have an address called when something happens to models.',
    arguments: [
      ['<name>', 'Name of the webhook.'],
      ['<address>', 'The URL that is called, https.'],
    ],
    options: webhookOptions,
    load: async () => (await import('./webhook.ts')).createWebhook,
  },
  {
    name: 'webhook list',
    summary: 'List webhooks.',
    load: async () => (await import('./webhook.ts')).listWebhooks,
  },
  {
    name: 'webhook show',
    summary: 'Show a webhook and what became of its latest calls.',
    arguments: [webhookId],
    load: async () => (await import('./webhook.ts')).showWebhook,
  },
  {
    name: 'webhook test',
    summary: 'Send an example to a webhook and say what came back.',
    arguments: [webhookId],
    load: async () => (await import('./webhook.ts')).testWebhook,
  },
  {
    name: 'webhook update',
    summary: 'Change a webhook, or stop and start it.',
    arguments: [webhookId],
    options: [
      ...webhookOptions,
      { flags: '--name <name>', sentence: 'Its new name.' },
      { flags: '--to-url <url>', sentence: 'The URL that is called from now on.' },
      { flags: '--disable', sentence: 'Calls it no more.' },
      { flags: '--enable', sentence: 'Calls it again.' },
    ],
    load: async () => (await import('./webhook.ts')).updateWebhook,
  },
  {
    name: 'webhook delete',
    summary: 'Delete a webhook.',
    arguments: [webhookId],
    load: async () => (await import('./webhook.ts')).deleteWebhook,
  },
]

/** What people keep beside runs and models, and who is told of changes. */
export const noteCommands: readonly CommandRow[] = [...commentCommands, ...viewCommands, ...webhookCommands]
