import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { schedulesMessages } from './messages.ts'
import { useWallTime } from './wall-time.ts'
import { restQuery } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { EmptyState } from '../../components/page-states.tsx'
import { Panel } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

const first = 10
/** As many are asked for: a change of the clocks, which comes twice a year, is then known of a schedule of each night. */
const most = 400

/** The times to come as the clocks of its zone show them, with what summer time does to them. */
export function NextTimes({ name }: { readonly name: string }): ReactNode {
  const texts = useMessages(schedulesMessages).next
  const format = useFormat()
  const wall = useWallTime()
  const [isWhole, setWhole] = useState(false)
  const times = useQuery(
    restQuery('/api/v1/schedules/{name}/next', { params: { path: { name }, query: { limit: most } } }),
  )
  return (
    <Loaded query={times} lines={6}>
      {({ items }) => {
        if (items.length === 0) return <EmptyState title={texts.none} body={texts.noneBody} />
        const shown = isWhole ? items : items.slice(0, first)
        const moved = items.find(({ note }) => note !== undefined)
        return (
          <Panel
            title={texts.title(format.count(shown.length))}
            actions={
              shown.length < items.length && (
                <Button isSmall onClick={() => setWhole(true)}>
                  {texts.more(format.count(items.length))}
                </Button>
              )
            }
          >
            {moved?.note !== undefined && (
              <p className="panel-body schedule-problem">
                <Icon name="warning" /> {texts.moved(wall(moved.local_time), moved.note)}
              </p>
            )}
            <PlainTable
              label={texts.label}
              columns={[texts.local, texts.relative, texts.here, texts.note].map((label) => ({ label }))}
              rows={shown.map(({ time, local_time: local, note }) => ({
                key: time,
                cells: [wall(local), <TimeAgo key="in" at={time} />, format.time(time), note ?? ''],
              }))}
            />
          </Panel>
        )
      }}
    </Loaded>
  )
}
