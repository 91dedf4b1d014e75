import type { CommandRow } from './command.ts'

/** Where things are from. */
export const lineageCommands: readonly CommandRow[] = [
  {
    name: 'lineage prediction',
    summary: 'Walk a prediction back to the deployment, the model, the job, the code and the data that made it.',
    arguments: [['<request>', 'Its id: the header x-ms-request-id of the answer.']],
    load: async () => (await import('./lineage.ts')).predictionLineage,
  },
  {
    name: 'lineage model',
    summary: 'Walk a model version back to what made it.',
    arguments: [['<model>', 'NAME:VERSION']],
    load: async () => (await import('./lineage.ts')).modelLineage,
  },
  {
    name: 'lineage job',
    summary: 'Walk a job back to what made it.',
    arguments: [['<name>', 'Name of the job, of a step’s job, or of a run.']],
    load: async () => (await import('./lineage.ts')).jobLineage,
  },
]
