import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { reasonOf } from './alias-reasons.ts'
import { commentsQuery } from './comments-query.ts'
import { modelsMessages } from './messages.ts'
import type { Model } from './model-types.ts'
import { PromoteDialog } from './promote-dialog.tsx'
import type { components } from '../../api.gen.ts'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { confirm } from '../../components/confirm.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { Panel } from '../../components/page.tsx'
import { ScrolledRegion } from '../../components/scrolled.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { told } from '../../components/told.ts'
import { useMessages } from '../../messages/catalogue.ts'

type Transition = components['schemas']['ModelTransition']

interface Move {
  readonly alias: string
  readonly version: string
}

/** Which version each alias stands for, and who moved what, when and why; every step can be taken back. */
export function HistoryPanel({ model }: { readonly model: Model }): ReactNode {
  const [move, setMove] = useState<Move>()
  return (
    <div className="stack">
      <AliasesPanel model={model} onMove={setMove} />
      <ChangesPanel model={model} onMove={setMove} />
      {move !== undefined && <PromoteDialog model={model} {...move} onClose={() => setMove(undefined)} />}
    </div>
  )
}

interface PartProps {
  readonly model: Model
  readonly onMove: (move: Move) => void
}

function AliasesPanel({ model, onMove }: PartProps): ReactNode {
  const all = useMessages(modelsMessages)
  const texts = all.history
  const client = useQueryClient()
  const remove = async (alias: string): Promise<void> => {
    const question = { title: texts.removeTitle(alias), body: texts.removeBody, action: texts.remove }
    if (!(await confirm({ ...question, isDangerous: true }))) return
    const path = { name: model.name, label: alias }
    await told(
      answerOf(rest.DELETE('/api/v1/models/{name}/labels/{label}', { params: { path } })),
      texts.removed(alias),
    )
    await client.invalidateQueries({ queryKey: ['rest', '/api/v1/models/{name}'] })
    await client.invalidateQueries({ queryKey: ['rest', '/api/v1/models/{name}/history'] })
  }
  const aliases = Object.entries(model.aliases)
  if (aliases.length === 0) return <EmptyState title={texts.none} body={texts.noneBody} />
  return (
    <Panel title={texts.now}>
      <ScrolledRegion label={texts.now}>
        <table className="model-table">
          <thead>
            <tr>
              <th scope="col">{all.promote.alias}</th>
              <th scope="col">{all.promote.version}</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {aliases.map(([alias, version]) => (
              <tr key={alias}>
                <th scope="row">{alias}</th>
                <td>{version}</td>
                <td>
                  <span className="row">
                    <Button isSmall onClick={() => onMove({ alias, version })}>
                      {texts.move}
                    </Button>
                    <Button isSmall look="quiet" onClick={() => void remove(alias)}>
                      {texts.remove}
                    </Button>
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrolledRegion>
    </Panel>
  )
}

function ChangesPanel({ model, onMove }: PartProps): ReactNode {
  const texts = useMessages(modelsMessages).history
  const { name } = model
  const history = useQuery(restQuery('/api/v1/models/{name}/history', { params: { path: { name } } }))
  const comments = useQuery(commentsQuery({ model: name }))
  const said = comments.data?.items ?? []
  return (
    <Loaded query={history}>
      {({ items }) =>
        items.length === 0 ? null : (
          <Panel title={texts.title}>
            <ScrolledRegion label={texts.title}>
              <table className="model-table">
                <thead>
                  <tr>
                    {[texts.what, texts.change, texts.why, texts.by, texts.at].map((head) => (
                      <th key={head} scope="col">
                        {head}
                      </th>
                    ))}
                    <td />
                  </tr>
                </thead>
                <tbody>
                  {items.map((change, place) => (
                    <Change
                      key={`${change.at} ${place}`}
                      change={change}
                      why={reasonOf(place, { history: items, comments: said })}
                      model={model}
                      onMove={onMove}
                    />
                  ))}
                </tbody>
              </table>
            </ScrolledRegion>
          </Panel>
        )
      }
    </Loaded>
  )
}

interface ChangeProps extends PartProps {
  readonly change: Transition
  readonly why: string | undefined
}

function Change({ change, why, model, onMove }: ChangeProps): ReactNode {
  const all = useMessages(modelsMessages)
  const texts = all.history
  const { alias, version, from, to, by, at } = change
  const stages: Readonly<Record<string, string>> = all.stages
  const shown = (value: string | undefined): string =>
    value === undefined ? texts.nothing : alias === undefined ? (stages[value] ?? value) : value
  const isThere = from !== undefined && model.versions.some((each) => each.version === from)
  return (
    <tr>
      <th scope="row">{alias ?? texts.stageOf(version ?? '')}</th>
      <td>
        {shown(from)} → {shown(to)}
      </td>
      <td className="model-text">{why}</td>
      <td>{by}</td>
      <td>
        <TimeAgo at={at} />
      </td>
      <td>
        {alias !== undefined && isThere && model.aliases[alias] !== from && (
          <Button isSmall look="quiet" onClick={() => onMove({ alias, version: from })}>
            {texts.back(from)}
          </Button>
        )}
      </td>
    </tr>
  )
}
