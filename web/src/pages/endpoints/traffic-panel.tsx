import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import type { components } from '../../api.gen.ts'
import { endpointsMessages } from './messages.ts'
import { moveShare, type Shares, sharesOf, sharesText } from './traffic-shares.ts'
import { answerOf, rest } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { ErrorState } from '../../components/page-states.tsx'
import { Panel } from '../../components/page.tsx'
import { toast } from '../../components/toasts.tsx'
import { useMessages } from '../../messages/catalogue.ts'

type Endpoint = components['schemas']['Endpoint']

interface Wanted {
  readonly shares: Shares
  /** To which deployment requests are copied, and how many of them. */
  readonly mirror?: { readonly to: string; readonly percent: number }
}

/** Sliders that always add up to 100 %, and who gets copies; nothing changes before it is saved. */
export function TrafficPanel({ endpoint }: { readonly endpoint: Endpoint }): ReactNode {
  const texts = useMessages(endpointsMessages).traffic
  const client = useQueryClient()
  const names = endpoint.deployments.map(({ name }) => name)
  const saved = wantedOf(endpoint, names)
  const [wanted, setWanted] = useState(saved)
  const isChanged = JSON.stringify(wanted) !== JSON.stringify(saved)
  const save = useMutation({
    mutationFn: ({ shares, mirror }: Wanted) =>
      answerOf(
        rest.PATCH('/api/v1/endpoints/{name}', {
          params: { path: { name: endpoint.name } },
          body: {
            version: endpoint.version,
            traffic: shares,
            mirror_traffic: mirror === undefined ? {} : { [mirror.to]: mirror.percent },
          },
        }),
      ),
    onSuccess: async ({ traffic }) => {
      toast(texts.saved(sharesText(traffic, texts.none)))
      await client.invalidateQueries({ queryKey: ['rest', '/api/v1/endpoints/{name}'] })
    },
  })
  if (names.length === 0) return null
  return (
    <Panel
      title={texts.title}
      actions={
        isChanged && (
          <>
            <Button isSmall onClick={() => setWanted(saved)}>
              {texts.undo}
            </Button>
            <Button isSmall look="primary" disabled={save.isPending} onClick={() => save.mutate(wanted)}>
              {texts.save}
            </Button>
          </>
        )
      }
    >
      <div className="panel-body stack">
        <p className="quiet">{texts.sum}</p>
        <ul className="traffic">
          {names.map((name) => (
            <li key={name}>
              <span className="traffic-name">{name}</span>
              <ShareInput
                label={texts.share(name)}
                value={wanted.shares[name] ?? 0}
                onChange={(to) => setWanted({ ...wanted, shares: moveShare(wanted.shares, name, to) })}
              />
            </li>
          ))}
        </ul>
        {names.length > 1 && <MirrorInput names={names} wanted={wanted} onChange={setWanted} />}
        {save.isError && <ErrorState error={save.error} />}
      </div>
    </Panel>
  )
}

function wantedOf({ traffic, mirror_traffic: mirrored }: Endpoint, names: readonly string[]): Wanted {
  const [mirror] = Object.entries(mirrored).filter(([, percent]) => percent > 0)
  return {
    shares: sharesOf(traffic, names),
    ...(mirror !== undefined && { mirror: { to: mirror[0], percent: mirror[1] } }),
  }
}

function MirrorInput({
  names,
  wanted,
  onChange,
}: {
  readonly names: readonly string[]
  readonly wanted: Wanted
  readonly onChange: (wanted: Wanted) => void
}): ReactNode {
  const texts = useMessages(endpointsMessages).traffic
  const { shares, mirror } = wanted
  return (
    <fieldset className="mirror">
      <legend>{texts.mirror}</legend>
      <p className="quiet">{texts.mirrorHint}</p>
      <label className="row">
        {texts.mirrorTo}
        <select
          className="field"
          value={mirror?.to ?? ''}
          onChange={({ target: { value } }) =>
            onChange({ shares, ...(value !== '' && { mirror: { to: value, percent: mirror?.percent ?? 10 } }) })
          }
        >
          <option value="">{texts.nobody}</option>
          {names.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      {mirror !== undefined && (
        <ShareInput
          label={texts.mirrorShare}
          max={50}
          value={mirror.percent}
          onChange={(percent) => onChange({ shares, mirror: { to: mirror.to, percent } })}
        />
      )}
    </fieldset>
  )
}

interface ShareInputProps {
  readonly label: string
  readonly value: number
  readonly max?: number
  readonly onChange: (value: number) => void
}

/** A slider, and the same as a number for who knows it. */
function ShareInput({ label, value, max = 100, onChange }: ShareInputProps): ReactNode {
  const shared = {
    min: 0,
    max,
    step: 1,
    value,
    onChange: ({ target }: { readonly target: HTMLInputElement }) => onChange(Number(target.value)),
  }
  return (
    <span className="share">
      <input type="range" aria-label={label} {...shared} />
      <input type="number" aria-label={label} className="field share-number" {...shared} />
      <span aria-hidden="true">%</span>
    </span>
  )
}
