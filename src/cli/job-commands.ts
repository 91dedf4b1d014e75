import type { CommandRow } from './command.ts'

const job = ['<name>', 'Name of the job.'] as const
const jobs = ['<name...>', 'Names of jobs.'] as const

/** What is done to jobs that are there. */
export const jobChangeCommands: readonly CommandRow[] = [
  {
    name: 'job tag',
    summary: 'Set tags of a job or step, and of its run.',
    arguments: [job, ['[tag...]', 'Tags as NAME=VALUE.']],
    options: [{ flags: '--remove <name>', sentence: 'Removes this tag; may be repeated.', isRepeated: true }],
    load: async () => (await import('./job-change.ts')).tagJob,
  },
  {
    name: 'job delete',
    summary: 'Delete jobs that have ended, unless a model, data or another job leads back to them.',
    arguments: [jobs],
    load: async () => (await import('./job-change.ts')).deleteJobs,
  },
  {
    name: 'job export',
    summary: 'Write all that is known of a job into a folder: file, steps, lineage, runs, logs, outputs, checksums.',
    arguments: [job],
    options: [
      { flags: '--to <folder>', sentence: 'Where to (default: a folder with the name of the job).' },
      { flags: '--no-outputs', sentence: 'Leaves out what the steps wrote.' },
    ],
    load: async () => (await import('./job-export.ts')).exportJob,
  },
]
