import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { BillDialog } from './bill-dialog.tsx'
import { modelsMessages } from './messages.ts'
import type { components } from '../../api.gen.ts'
import { answerOf, rest, restQuery } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { confirm } from '../../components/confirm.tsx'
import { CopiedCode } from '../../components/copied-code.tsx'
import { Icon } from '../../components/icon.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { ErrorState } from '../../components/page-states.tsx'
import { Panel } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { toast } from '../../components/toasts.tsx'
import { told } from '../../components/told.ts'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

type Kept = components['schemas']['KeptPackage']

interface PackagesProps {
  readonly model: string
  readonly version: string
}

const formats = ['tar', 'folder', 'oci'] as const
const listPath = '/api/v1/models/{name}/versions/{version}/packages'

/** The version as something that runs alone: made here, kept by the server, downloaded. */
export function PackagesPanel({ model, version }: PackagesProps): ReactNode {
  const texts = useMessages(modelsMessages).packages
  const params = { path: { name: model, version } }
  const packages = useQuery(restQuery(listPath, { params }))
  return (
    <Panel title={texts.title}>
      <div className="panel-body stack">
        <p className="quiet">{texts.body}</p>
        <MakeForm model={model} version={version} />
        <Loaded query={packages} lines={2}>
          {({ items }) => (items.length === 0 ? <p className="quiet">{texts.none}</p> : <Packages packages={items} />)}
        </Loaded>
        <p className="row quiet">
          {texts.command} <CopiedCode text={commandOf(model, version)} />
        </p>
      </div>
    </Panel>
  )
}

function commandOf(model: string, version: string): string {
  return `sluice model package azureml:${model}:${version}`
}

function MakeForm({ model, version }: PackagesProps): ReactNode {
  const texts = useMessages(modelsMessages).packages
  const client = useQueryClient()
  const [format, setFormat] = useState<Kept['format']>('tar')
  const make = useMutation({
    mutationFn: () => answerOf(rest.POST(listPath, { params: { path: { name: model, version } }, body: { format } })),
    onSuccess: async ({ file_name: name }) => {
      toast(texts.made(name))
      await client.invalidateQueries({ queryKey: ['rest', listPath] })
    },
  })
  return (
    <>
      <div className="row">
        <label className="row">
          {texts.format}
          <select
            className="field"
            value={format}
            onChange={({ target }) => setFormat(formats.find((each) => each === target.value) ?? 'tar')}
          >
            {formats.map((each) => (
              <option key={each} value={each}>
                {texts.formats[each]}
              </option>
            ))}
          </select>
        </label>
        <Button disabled={make.isPending} onClick={() => make.mutate()}>
          {make.isPending ? texts.making : texts.make}
        </Button>
      </div>
      {make.isError && <ErrorState error={make.error} />}
    </>
  )
}

function Packages({ packages }: { readonly packages: readonly Kept[] }): ReactNode {
  const texts = useMessages(modelsMessages).packages
  const format = useFormat()
  return (
    <PlainTable
      label={texts.title}
      columns={[
        { label: texts.file, isRowHead: true },
        { label: texts.format },
        { label: texts.size, isNumber: true },
        { label: texts.digest },
        { label: texts.madeAt },
        { label: texts.actions },
      ]}
      rows={packages.map((each) => ({
        key: each.id,
        cells: [
          <a
            key="file"
            className="row"
            href={`/api/v1/model-packages/${each.id}/file`}
            download={each.file_name}
            aria-label={texts.download(each.file_name)}
          >
            <Icon name="download" /> {each.file_name}
          </a>,
          texts.formats[each.format],
          format.bytes(each.size_bytes),
          <CopiedCode key="digest" text={each.digest} shown={each.digest.slice(0, 12)} />,
          <TimeAgo key="at" at={each.created_at} />,
          <PackageActions key="actions" kept={each} />,
        ],
      }))}
    />
  )
}

function PackageActions({ kept: { id, file_name: name } }: { readonly kept: Kept }): ReactNode {
  const texts = useMessages(modelsMessages).packages
  const client = useQueryClient()
  const [isOpen, setOpen] = useState(false)
  const remove = async (): Promise<void> => {
    const question = { title: texts.removeTitle(name), body: texts.removeBody, action: texts.remove }
    if (!(await confirm({ ...question, isDangerous: true }))) return
    const call = rest.DELETE('/api/v1/model-packages/{id}', { params: { path: { id } } })
    await told(answerOf(call), texts.removed(name))
    await client.invalidateQueries({ queryKey: ['rest', listPath] })
  }
  return (
    <span className="row">
      <Button isSmall look="quiet" onClick={() => setOpen(true)}>
        {texts.bill}
      </Button>
      <Button isSmall look="quiet" onClick={() => void remove()}>
        {texts.remove}
      </Button>
      {isOpen && <BillDialog id={id} name={name} onClose={() => setOpen(false)} />}
    </span>
  )
}
