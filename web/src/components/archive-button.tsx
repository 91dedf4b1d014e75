import { useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { confirm } from './confirm.tsx'
import { told } from './told.ts'
import { type AssetPlural, setArchived } from '../api/asset-calls.ts'
import { assetsMessages } from '../messages/assets.ts'
import { useMessages } from '../messages/catalogue.ts'

interface ArchiveProps {
  readonly plural: AssetPlural
  readonly name: string
  readonly isArchived: boolean
}

/** Hides a name with all its versions, after asking, or shows it again. */
export function ArchiveButton({ plural, name, isArchived }: ArchiveProps): ReactNode {
  const texts = useMessages(assetsMessages).versions
  const client = useQueryClient()
  const change = async (): Promise<void> => {
    const question = { title: texts.archiveTitle(name), body: texts.archiveBody, action: texts.archive }
    if (!isArchived && !(await confirm(question))) return
    const said = isArchived ? texts.restoredDone(name) : texts.archivedDone(name)
    await told(setArchived({ plural, name }, !isArchived), said)
    await client.invalidateQueries({ queryKey: ['rest', `/api/v1/${plural}/{name}`] })
    await client.invalidateQueries({ queryKey: ['rest', `/api/v1/${plural}`] })
  }
  return <Button onClick={() => void change()}>{isArchived ? texts.restore : texts.archive}</Button>
}
