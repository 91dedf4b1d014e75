import type { CommandRow, OptionRow } from './command.ts'

const named = [['<name>', 'Name of the monitor.']] as const
const fileArgument = [['[file]', 'YAML file of the monitor.']] as const
const fileOption: OptionRow = { flags: '-f, --file <file>', sentence: 'The same, as az ml has it.' }
const limitOption: OptionRow = { flags: '--limit <count>', sentence: 'At most so many, 1 to 1000 (default 50).' }
const signalOption: OptionRow = { flags: '--signal <name>', sentence: 'Only this signal (default: all).' }

/** `sluice monitor`. */
export const monitorCommands: readonly CommandRow[] = [
  {
    name: 'monitor create',
    summary: 'Create a monitor from a YAML file: a schedule with create_monitor.',
    arguments: fileArgument,
    options: [fileOption, { flags: '--paused', sentence: 'Does not begin before it is resumed.' }],
    completes: 'files',
    load: async () => (await import('./monitor.ts')).createMonitor,
  },
  {
    name: 'monitor update',
    summary: 'Replace what a monitor says by a YAML file; its runs and alerts stay.',
    arguments: fileArgument,
    options: [fileOption],
    completes: 'files',
    load: async () => (await import('./monitor.ts')).updateMonitor,
  },
  {
    name: 'monitor list',
    summary: 'List monitors with their open alerts.',
    load: async () => (await import('./monitor.ts')).listMonitors,
  },
  {
    name: 'monitor show',
    summary: 'Show a monitor: its signals, its newest run and what is in breach.',
    arguments: named,
    load: async () => (await import('./monitor.ts')).showMonitor,
  },
  {
    name: 'monitor run',
    summary: 'Compute the signals of a monitor now; exit code 1 when one is in breach or could not be computed.',
    arguments: named,
    options: [
      { flags: '--at <time>', sentence: 'As if it were then: windows end at this time, e.g. 2026-03-01T09:00:00Z.' },
      {
        flags: '--since <time>',
        sentence: 'Looks at the production data from this time on, e.g. 2h for two hours ago.',
      },
      { flags: '--all', sentence: 'Shows every verdict, not only those in breach.' },
    ],
    load: async () => (await import('./monitor-runs.ts')).runMonitor,
  },
  {
    name: 'monitor history',
    summary: 'List the runs of a monitor, the newest first.',
    arguments: named,
    options: [limitOption],
    load: async () => (await import('./monitor-runs.ts')).monitorHistory,
  },
  {
    name: 'monitor verdicts',
    summary: 'Show the verdicts of the newest run, or of another.',
    arguments: named,
    options: [
      { flags: '--run <id>', sentence: 'A run, as history lists them (default: the newest that has ended).' },
      signalOption,
    ],
    load: async () => (await import('./monitor-runs.ts')).monitorVerdicts,
  },
  {
    name: 'monitor alerts',
    summary: 'List alerts of a monitor, or of all, the newest first.',
    arguments: [['[name]', 'Name of the monitor (default: all).']],
    options: [{ flags: '--open', sentence: 'Only those that are not resolved.' }, limitOption],
    load: async () => (await import('./monitor-alerts.ts')).listAlerts,
  },
  {
    name: 'monitor ack',
    summary: 'Say that somebody has seen the open alerts of a monitor.',
    arguments: named,
    options: [signalOption, { flags: '--note <text>', sentence: 'What is being done about it.' }],
    load: async () => (await import('./monitor-alerts.ts')).acknowledge,
  },
  {
    name: 'monitor mute',
    summary: 'Tell nobody of a monitor and start nothing; it is computed as before.',
    arguments: named,
    options: [
      signalOption,
      { flags: '--for <duration>', sentence: 'For so long, e.g. 12h or 7d (default: until unmuted).' },
    ],
    load: async () => (await import('./monitor-alerts.ts')).mute,
  },
  {
    name: 'monitor unmute',
    summary: 'Tell people of a monitor again.',
    arguments: named,
    options: [signalOption],
    load: async () => (await import('./monitor-alerts.ts')).unmute,
  },
  {
    name: 'monitor breaches',
    summary: 'List the jobs that on_breach started, and why others were not.',
    arguments: named,
    options: [limitOption],
    load: async () => (await import('./monitor-alerts.ts')).listBreaches,
  },
  {
    name: 'monitor retrain',
    summary: 'Start what on_breach names now, with the values of the newest breach.',
    arguments: named,
    options: [{ flags: '--preview', sentence: 'Shows what would be started, with which values; starts nothing.' }],
    load: async () => (await import('./monitor-retrain.ts')).retrain,
  },
  ...(
    [
      ['pause', 'pause', 'Have a monitor run no more by itself until it is resumed.'],
      ['disable', 'pause', 'The same as pause, as az ml has it.'],
      ['resume', 'resume', 'Let a monitor run again; times that came meanwhile do not count.'],
      ['enable', 'resume', 'The same as resume, as az ml has it.'],
    ] as const
  ).map(([word, verb, summary]) => ({
    name: `monitor ${word}`,
    summary,
    arguments: named,
    load: async () => (await import('./monitor.ts')).changeMonitorStatus(verb),
  })),
  {
    name: 'monitor delete',
    summary: 'Delete a monitor with its runs, verdicts and alerts; jobs that it started stay.',
    arguments: named,
    load: async () => (await import('./monitor.ts')).deleteMonitor,
  },
]
