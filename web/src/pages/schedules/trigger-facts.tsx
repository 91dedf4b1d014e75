import type { ReactNode } from 'react'
import { schedulesMessages } from './messages.ts'
import { StartedLink } from './started-link.tsx'
import { inputsOf, startedBy, type Trigger } from './trigger-types.ts'
import { useWallTime } from './wall-time.ts'
import { Icon } from '../../components/icon.tsx'
import { KeyValues } from '../../components/key-values.tsx'
import { TimeAgo } from '../../components/time-ago.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

interface Policy {
  readonly missed_runs: 'last' | 'skip' | 'all'
  readonly missed_limit: number
  readonly overlap: 'allow' | 'skip' | 'queue'
  /** Seconds. */
  readonly cooldown: number
  readonly max_per_day?: number
}

/** When it fires, what it starts with which values, and what it does where the world is not as it wishes. */
export function TriggerFacts({ trigger }: { readonly trigger: Trigger }): ReactNode {
  const texts = useMessages(schedulesMessages)
  const wall = useWallTime()
  const { facts } = texts
  const { kind, when, next, status, problem, fires_by_itself: firesByItself, created_by: by, tags } = trigger
  const inputs = Object.entries(inputsOf(trigger))
  return (
    <>
      {problem !== undefined && (
        <p className="schedule-problem" role="status">
          <Icon name="warning" /> {facts.problem(problem)}
        </p>
      )}
      {!firesByItself && <p className="quiet">{texts.notByItself}</p>}
      <div className="schedule-facts">
        <KeyValues
          entries={[
            [kind === 'schedule' ? facts.when : facts.upon, when],
            [
              facts.next,
              next[0] === undefined || status !== 'enabled' ? undefined : (
                <span key="next">
                  <TimeAgo at={next[0].time} /> <span className="quiet">({wall(next[0].local_time)})</span>
                </span>
              ),
            ],
            [facts.starts, <StartedLink key="starts" started={startedBy(trigger)} />],
            [
              facts.inputs,
              inputs.length === 0 ? undefined : (
                <ul key="inputs">
                  {inputs.map(([name, value]) => (
                    <li key={name}>
                      {name}: <code>{value}</code>
                    </li>
                  ))}
                </ul>
              ),
            ],
          ]}
        />
        <KeyValues
          entries={[
            ...usePolicyEntries(trigger),
            [facts.tags, tagText(tags)],
            [
              facts.made,
              <span key="made">
                {by}, <TimeAgo at={trigger.created_at} />
              </span>,
            ],
          ]}
        />
      </div>
    </>
  )
}

function usePolicyEntries({ kind, policy }: Trigger): readonly (readonly [string, ReactNode])[] {
  const { facts } = useMessages(schedulesMessages)
  const format = useFormat()
  const { missed_runs: missed, missed_limit: limit, overlap, cooldown, max_per_day: most } = policy as unknown as Policy
  return [
    [facts.missed, kind === 'schedule' ? facts.missedRuns[missed](format.count(limit)) : undefined],
    [facts.overlap, facts.overlaps[overlap]],
    [facts.cooldown, cooldown > 0 ? facts.cooldownFor(format.duration(cooldown * 1000)) : undefined],
    [facts.limit, most === undefined ? undefined : facts.atMost(format.count(most))],
  ]
}

function tagText(tags: Readonly<Record<string, string>>): string | undefined {
  const told = Object.entries(tags).map(([key, value]) => `${key}: ${value}`)
  return told.length === 0 ? undefined : told.join(', ')
}
