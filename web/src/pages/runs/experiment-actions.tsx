import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { FieldsDialog } from './fields-dialog.tsx'
import { runsMessages } from './messages.ts'
import { mlflow } from '../../api/mlflow-client.ts'
import type { MlflowExperiment } from '../../api/mlflow-messages.ts'
import { Button } from '../../components/button.tsx'
import { confirm } from '../../components/confirm.tsx'
import { toast } from '../../components/toasts.tsx'
import { useMessages } from '../../messages/catalogue.ts'

const noteTag = 'mlflow.note.content'

/** What somebody wrote about an experiment, where MLflow's clients and pages keep it. */
export function descriptionOf({ tags = [] }: MlflowExperiment): string {
  return tags.find(({ key }) => key === noteTag)?.value ?? ''
}

/** What an experiment can be told. */
export function ExperimentActions({ experiment }: { readonly experiment: MlflowExperiment }): ReactNode {
  const all = useMessages(runsMessages)
  const texts = all.experiment
  const client = useQueryClient()
  const [asked, setAsked] = useState<'name' | 'description'>()
  const { experiment_id: id, name } = experiment
  const act = async (said: string, change: () => Promise<unknown>): Promise<void> => {
    await change()
    toast(said)
    await client.invalidateQueries()
  }
  const remove = async (): Promise<void> => {
    const question = { title: texts.removeTitle(name), body: texts.removeBody, action: texts.remove }
    if (await confirm({ ...question, isDangerous: true }))
      await tried(act(texts.removed, () => mlflow('experiments/delete', { experiment_id: id })))
  }
  if (experiment.lifecycle_stage === 'deleted') {
    const restore = (): Promise<void> =>
      tried(act(texts.restored, () => mlflow('experiments/restore', { experiment_id: id })))
    return <Button onClick={() => void restore()}>{texts.restore}</Button>
  }
  return (
    <>
      <Button onClick={() => setAsked('name')}>{texts.rename}</Button>
      <Button onClick={() => setAsked('description')}>{texts.describe}</Button>
      <Button onClick={() => void remove()}>{texts.remove}</Button>
      {asked === 'name' && (
        <FieldsDialog
          title={texts.rename}
          action={texts.rename}
          fields={[{ name: 'name', label: all.name, value: name }]}
          onClose={() => setAsked(undefined)}
          onSubmit={(given) =>
            act(texts.renamed(given.name), () =>
              mlflow('experiments/update', { experiment_id: id, new_name: given.name.trim() }),
            )
          }
        />
      )}
      {asked === 'description' && (
        <FieldsDialog
          title={texts.describe}
          action={texts.describe}
          fields={[
            {
              name: 'text',
              label: all.experiments.description,
              value: descriptionOf(experiment),
              isLong: true,
              isOptional: true,
            },
          ]}
          onClose={() => setAsked(undefined)}
          onSubmit={({ text }) =>
            act(texts.described, () =>
              mlflow('experiments/set-experiment-tag', { experiment_id: id, key: noteTag, value: text }),
            )
          }
        />
      )}
    </>
  )
}

async function tried(change: Promise<void>): Promise<void> {
  try {
    await change
  } catch (error) {
    toast((error as Error).message, 'failed')
  }
}
