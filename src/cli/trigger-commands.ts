import type { CommandRow, OptionRow } from './command.ts'

type Family = 'schedule' | 'trigger'

const variableOption: OptionRow = {
  flags: '--set <name=value>',
  sentence: 'A value for ${{ name }}, e.g. trigger.version=3; may be repeated.',
  isRepeated: true,
}
const limitOption: OptionRow = { flags: '--limit <count>', sentence: 'At most so many, 1 to 1000 (default 50).' }

/** Rows of the command table about schedules and triggers: the two have the same verbs, schedules some more. */
export const triggerCommands: readonly CommandRow[] = [
  ...familyRows('schedule'),
  {
    name: 'schedule next',
    summary: 'Show the next times of a schedule, with what summer time does to them.',
    arguments: [...nameArgument('schedule'), ['[count]', 'How many (default 10).']],
    load: async () => (await import('./schedule-times.ts')).nextTimes,
  },
  {
    name: 'schedule backfill',
    summary: 'Start a job for every time of a span that has none, the oldest first.',
    arguments: nameArgument('schedule'),
    options: [
      { flags: '--from <time>', sentence: 'The first time: 2026-03-01, or 2026-03-01T09:00:00Z.' },
      { flags: '--to <time>', sentence: 'The last time.' },
      { flags: '--preview', sentence: 'Shows the times and how many jobs there would be; starts none.' },
    ],
    load: async () => (await import('./schedule-times.ts')).backfill,
  },
  ...familyRows('trigger'),
  {
    name: 'trigger test',
    summary: 'Show what a firing would give the job; start nothing.',
    arguments: nameArgument('trigger'),
    options: [variableOption],
    load: async () => (await import('./trigger.ts')).testTrigger('trigger'),
  },
  {
    name: 'trigger credentials',
    summary: 'Print the address and the secret of a webhook.',
    arguments: nameArgument('trigger'),
    load: async () => (await import('./trigger.ts')).triggerCredentials,
  },
  {
    name: 'trigger rotate-secret',
    summary: 'Make a new secret for a webhook; the one before is refused.',
    arguments: nameArgument('trigger'),
    load: async () => (await import('./trigger.ts')).rotateTriggerSecret,
  },
]

function nameArgument(family: Family): readonly (readonly [string, string])[] {
  return [['<name>', `Name of the ${family}.`]]
}

function familyRows(family: Family): readonly CommandRow[] {
  const named = nameArgument(family)
  const a = `a ${family}`
  const fileArgument = [['[file]', `YAML file of the ${family}.`]] as const
  const fileOption: OptionRow = { flags: '-f, --file <file>', sentence: 'The same, as az ml has it.' }
  return [
    {
      name: `${family} create`,
      summary: `Create ${a} from a YAML file; its job is checked and kept with all it needs.`,
      arguments: fileArgument,
      options: [fileOption, { flags: '--paused', sentence: 'Does not begin before it is resumed.' }],
      completes: 'files',
      load: async () => (await import('./trigger.ts')).createTrigger(family),
    },
    {
      name: `${family} update`,
      summary: `Replace what ${a} says by a YAML file, and take its job anew; its history stays.`,
      arguments: fileArgument,
      options: [fileOption],
      completes: 'files',
      load: async () => (await import('./trigger.ts')).updateTrigger(family),
    },
    {
      name: `${family} list`,
      summary: `List ${family}s.`,
      load: async () => (await import('./trigger.ts')).listTriggers(family),
    },
    {
      name: `${family} show`,
      summary: `Show ${a} with its job and policy.`,
      arguments: named,
      options: [{ flags: '--yaml', sentence: 'Prints its YAML, as it was written.' }],
      load: async () => (await import('./trigger.ts')).showTrigger(family),
    },
    ...statusRows(family),
    {
      name: `${family} run`,
      summary: `Start a job of ${a} now, paused or not.`,
      arguments: named,
      options: [variableOption],
      load: async () => (await import('./trigger.ts')).runTrigger(family),
    },
    {
      name: `${family} history`,
      summary: `List what became of the ${family === 'schedule' ? 'times' : 'events'} of ${a}, the newest first.`,
      arguments: named,
      options: [limitOption],
      load: async () => (await import('./trigger.ts')).triggerHistory(family),
    },
    {
      name: `${family} delete`,
      summary: `Delete ${a} with its history; jobs that it started stay.`,
      arguments: named,
      load: async () => (await import('./trigger.ts')).deleteTrigger(family),
    },
  ]
}

function statusRows(family: Family): readonly CommandRow[] {
  const verbs = [
    ['pause', 'pause', `Have a ${family} fire no more until it is resumed.`],
    ['disable', 'pause', 'The same as pause, as az ml has it.'],
    ['resume', 'resume', `Let a ${family} fire again; what came meanwhile does not count.`],
    ['enable', 'resume', 'The same as resume, as az ml has it.'],
  ] as const
  return verbs.map(([word, verb, summary]) => ({
    name: `${family} ${word}`,
    summary,
    arguments: nameArgument(family),
    load: async () => (await import('./trigger.ts')).changeStatus(family, verb),
  }))
}
