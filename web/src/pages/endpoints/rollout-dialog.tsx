import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import type { components } from '../../api.gen.ts'
import { endpointsMessages } from './messages.ts'
import { answerOf, rest } from '../../api/rest-client.ts'
import { FormDialog } from '../../components/form-dialog.tsx'
import { useMessages } from '../../messages/catalogue.ts'

interface RolloutDialogProps {
  readonly endpoint: components['schemas']['Endpoint']
  readonly onClose: () => void
}

/** To which deployment, by which steps, and when to go back. */
export function RolloutDialog({ endpoint, onClose }: RolloutDialogProps): ReactNode {
  const texts = useMessages(endpointsMessages).rollout
  const client = useQueryClient()
  const candidates = endpoint.deployments.filter(({ traffic }) => traffic < 100).map(({ name }) => name)
  const [wish, setWish] = useState({
    to: candidates[0] ?? '',
    steps: '5, 25, 50, 100',
    hold: '600',
    minRequests: '30',
    abortOn: 'error-rate>1%, worse:latency',
  })
  const field = (name: keyof typeof wish) => ({
    className: 'field',
    value: wish[name],
    onChange: ({ target }: { readonly target: { readonly value: string } }) =>
      setWish({ ...wish, [name]: target.value }),
  })
  const begin = async (): Promise<void> => {
    await answerOf(
      rest.POST('/api/v1/endpoints/{name}/rollout', {
        params: { path: { name: endpoint.name } },
        body: {
          to: wish.to,
          steps: parts(wish.steps).map(Number),
          hold: Number(wish.hold),
          min_requests: Number(wish.minRequests),
          abort_on: parts(wish.abortOn),
          version: endpoint.version,
        },
      }),
    )
    void client.invalidateQueries({ queryKey: ['rest', '/api/v1/endpoints/{name}/rollouts'] })
  }
  return (
    <FormDialog title={texts.begin} action={texts.begin} isReady={wish.to !== ''} onSubmit={begin} onClose={onClose}>
      <label>
        {texts.to}
        <select {...field('to')}>
          {candidates.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <label>
        {texts.steps}
        <input {...field('steps')} />
      </label>
      <label>
        {texts.hold}
        <input type="number" min={0} {...field('hold')} />
      </label>
      <label>
        {texts.minRequests}
        <input type="number" min={0} {...field('minRequests')} />
      </label>
      <label>
        {texts.abortOn}
        <input placeholder={texts.abortHint} {...field('abortOn')} />
      </label>
    </FormDialog>
  )
}

function parts(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}
