import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { FieldsDialog } from './fields-dialog.tsx'
import { runsMessages } from './messages.ts'
import { type RunsSearch, runsSearch } from './runs-search.ts'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Popover } from '../../components/popover.tsx'
import { toast } from '../../components/toasts.tsx'
import { told } from '../../components/told.ts'
import { useMessages } from '../../messages/catalogue.ts'

interface SavedViewsProps {
  readonly experimentId: string
  readonly search: RunsSearch
}

/** Views of the runs of an experiment that somebody gave a name; kept by the server, for everybody. */
export function SavedViews({ experimentId, search }: SavedViewsProps): ReactNode {
  const texts = useMessages(runsMessages).saved
  const client = useQueryClient()
  const [isSaving, setSaving] = useState(false)
  const page = `runs/${experimentId}`
  const views = useQuery(restQuery('/api/v1/views', { params: { query: { page } } }))
  const refresh = (): Promise<void> => client.invalidateQueries({ queryKey: ['rest', '/api/v1/views'] })
  const remove = async (id: string, name: string): Promise<void> => {
    await told(answerOf(rest.DELETE('/api/v1/views/{id}', { params: { path: { id } } })), texts.removed(name))
    await refresh()
  }
  return (
    <>
      <Popover label={texts.button} icon="pin">
        <div className="runs-menu">
          <Loaded query={views} lines={2}>
            {({ items }) =>
              items.length === 0 ? (
                <p className="quiet">{texts.none}</p>
              ) : (
                <ul>
                  {items.map(({ id, name, content }) => (
                    <li key={id}>
                      <Link to="/experiments/$name" params={{ name: experimentId }} search={runsSearch(content)}>
                        {name}
                      </Link>
                      <IconButton
                        icon="close"
                        isSmall
                        label={texts.remove(name)}
                        onClick={() => void remove(id, name)}
                      />
                    </li>
                  ))}
                </ul>
              )
            }
          </Loaded>
          <Button isSmall icon="plus" onClick={() => setSaving(true)}>
            {texts.save}
          </Button>
        </div>
      </Popover>
      {isSaving && (
        <FieldsDialog
          title={texts.saveAction}
          action={texts.saveAction}
          fields={[{ name: 'name', label: texts.name }]}
          onClose={() => setSaving(false)}
          onSubmit={async ({ name }) => {
            await answerOf(rest.POST('/api/v1/views', { body: { page, name: name.trim(), content: { ...search } } }))
            toast(texts.saved(name.trim()))
            await refresh()
          }}
        />
      )}
    </>
  )
}
