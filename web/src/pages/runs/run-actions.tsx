import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { FieldsDialog } from './fields-dialog.tsx'
import { runsMessages } from './messages.ts'
import type { RunRow } from './run-types.ts'
import { mlflow } from '../../api/mlflow-client.ts'
import { Button } from '../../components/button.tsx'
import { confirm } from '../../components/confirm.tsx'
import { toast } from '../../components/toasts.tsx'
import { useMessages } from '../../messages/catalogue.ts'

type Change = (run: RunRow) => Promise<unknown>

/** So many calls are under way at a time. */
const atOnce = 8

/** What can be done with all selected runs at once; a run that could not be changed does not hold the others up. */
export function RunActions({
  runs,
  onDone,
}: {
  readonly runs: readonly RunRow[]
  readonly onDone: () => void
}): ReactNode {
  const texts = useMessages(runsMessages).bulk
  const client = useQueryClient()
  const navigate = useNavigate()
  const [isBusy, setBusy] = useState(false)
  const [isTagging, setTagging] = useState(false)
  if (runs.length === 0) return null
  const active = runs.filter(({ lifecycle_stage: stage }) => stage === 'active')
  const deleted = runs.filter(({ lifecycle_stage: stage }) => stage === 'deleted')
  const act = async (concerned: readonly RunRow[], change: Change): Promise<void> => {
    setBusy(true)
    const failed = await changeEach(concerned, change)
    setBusy(false)
    const count = concerned.length - failed.length
    if (count > 0) toast(texts.done(count))
    if (failed.length > 0) toast(texts.failed(failed.length, failed[0]!.message), 'failed')
    // The list comes anew by itself; nobody waits for it.
    void client.invalidateQueries()
    onDone()
  }
  const remove = async (): Promise<void> => {
    const question = { title: texts.removeTitle(active.length), body: texts.removeBody, action: texts.remove }
    if (await confirm({ ...question, isDangerous: true }))
      await act(active, ({ run_id: id }) => mlflow('runs/delete', { run_id: id }))
  }
  return (
    <div className="row" role="group" aria-label={texts.selected(runs.length)}>
      <span>{texts.selected(runs.length)}</span>
      {runs.length > 1 && (
        <Button
          isSmall
          look="primary"
          icon="compare"
          disabled={runs.length > 100}
          onClick={() => void navigate({ to: '/compare', search: { runs: runs.map((run) => run.run_id).join(',') } })}
        >
          {texts.compare}
        </Button>
      )}
      {active.length > 0 && (
        <>
          <Button isSmall disabled={isBusy} onClick={() => setTagging(true)}>
            {texts.tag}
          </Button>
          <Button isSmall disabled={isBusy} onClick={() => void remove()}>
            {texts.remove}
          </Button>
        </>
      )}
      {deleted.length > 0 && (
        <Button
          isSmall
          disabled={isBusy}
          onClick={() => void act(deleted, ({ run_id: id }) => mlflow('runs/restore', { run_id: id }))}
        >
          {texts.restore}
        </Button>
      )}
      {isTagging && (
        <FieldsDialog
          title={texts.tagTitle(active.length)}
          action={texts.tagAction}
          fields={[
            { name: 'key', label: texts.key },
            { name: 'value', label: texts.value, isOptional: true },
          ]}
          onClose={() => setTagging(false)}
          onSubmit={({ key, value }) =>
            act(active, ({ run_id: id }) => mlflow('runs/set-tag', { run_id: id, key: key.trim(), value }))
          }
        />
      )}
    </div>
  )
}

/** What went wrong, of those runs it did with. */
async function changeEach(runs: readonly RunRow[], change: Change): Promise<readonly Error[]> {
  const failed: Error[] = []
  for (let start = 0; start < runs.length; start += atOnce) {
    const ends = await Promise.allSettled(runs.slice(start, start + atOnce).map(change))
    failed.push(...ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as Error] : [])))
  }
  return failed
}
