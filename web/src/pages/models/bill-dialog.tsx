import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { modelsMessages } from './messages.ts'
import { restQuery } from '../../api/rest-client.ts'
import { Loaded } from '../../components/loaded.tsx'
import { Modal } from '../../components/modal.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { useMessages } from '../../messages/catalogue.ts'

interface BillProps {
  readonly id: string
  /** Of the file. */
  readonly name: string
  readonly onClose: () => void
}

/** The parts of CycloneDX that are shown. */
interface Bill {
  readonly components?: readonly {
    readonly type: string
    readonly name: string
    readonly version?: string
    readonly licenses?: readonly {
      readonly expression?: string
      readonly license?: { readonly id?: string; readonly name?: string }
    }[]
  }[]
}

/** What a package is made of, with licences. */
export function BillDialog({ id, name, onClose }: BillProps): ReactNode {
  const texts = useMessages(modelsMessages).packages
  const bill = useQuery({
    ...restQuery('/api/v1/model-packages/{id}/bill-of-materials', { params: { path: { id } } }),
    // A package never changes.
    staleTime: Infinity,
  })
  return (
    <Modal title={texts.billTitle(name)} size="wide" onClose={onClose}>
      <div className="stack">
        <p className="quiet">{texts.billBody}</p>
        <Loaded query={bill} lines={6}>
          {(found) => (
            <PlainTable
              label={texts.bill}
              columns={[
                { label: texts.component, isRowHead: true },
                { label: texts.kind },
                { label: texts.version },
                { label: texts.licences },
              ]}
              rows={((found as Bill).components ?? []).map((part, index) => ({
                key: `${index} ${part.name}`,
                cells: [part.name, part.type, part.version ?? '', licencesOf(part)],
              }))}
            />
          )}
        </Loaded>
        <p>
          <a href={`/api/v1/model-packages/${id}/bill-of-materials`} download={`${name}.cdx.json`}>
            {texts.raw}
          </a>
        </p>
      </div>
    </Modal>
  )
}

function licencesOf({ licenses = [] }: NonNullable<Bill['components']>[number]): string {
  return licenses.map(({ expression, license }) => expression ?? license?.id ?? license?.name ?? '').join(', ')
}
