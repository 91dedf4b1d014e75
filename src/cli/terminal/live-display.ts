import type { Job } from '../rest-types.ts'
import { durationOf, outcomeOf, reasonOf, stepName } from './job-words.ts'
import { renderTree } from './live-tree.ts'
import type { Terminal } from './terminal.ts'

/** Shows how a job gets on; told whenever something may have changed. */
export interface JobDisplay {
  /** `changed`: the steps that may look other than the last time. */
  update(job: Job, steps: readonly Job[], changed: readonly Job[]): void
  /** Last log lines by job name; drawn at the next turn. */
  logLines(lines: ReadonlyMap<string, string>): void
  /** Takes everything temporary off the screen. */
  clear(): void
}

const drawEveryMs = 100
/** So many times what drawing takes lies between two drawings: of 10,000 steps it takes 3 to 5 ms. */
const drawingPause = 100

/** A tree that is redrawn in place on a terminal; a line for every change of status elsewhere. */
export function jobDisplay(terminal: Terminal): JobDisplay {
  return terminal.isLive ? liveDisplay(terminal) : plainDisplay(terminal)
}

function liveDisplay(terminal: Terminal): JobDisplay {
  let drawn = 0
  let latest: readonly [Job, readonly Job[]] | undefined
  let logLines: ReadonlyMap<string, string> = new Map()
  const erase = (): string => (drawn === 0 ? '' : `\u001b[${drawn}A\u001b[0J`)
  const draw = (): void => {
    if (latest === undefined) return
    const lines = renderTree(...latest, { nowMs: Date.now(), paint: terminal.paint, logLines, ...terminal.size() })
    // One write, so that no half picture is seen.
    terminal.err(`${erase()}${lines.join('\n')}\n`)
    drawn = lines.length
  }
  const noteAbove = (line: string): void => {
    terminal.err(`${erase()}${line}\n`)
    drawn = 0
    draw()
  }
  let timer: NodeJS.Timeout | undefined
  const drawOn = (): void => {
    const startMs = performance.now()
    draw()
    timer = setTimeout(drawOn, Math.max(drawEveryMs, drawingPause * (performance.now() - startMs)))
    timer.unref()
  }
  return {
    update: (job, steps) => {
      latest = [job, steps]
      if (timer !== undefined) return
      drawOn()
      terminal.divertNotes(noteAbove)
    },
    logLines: (lines) => (logLines = lines),
    clear: () => {
      clearTimeout(timer)
      terminal.divertNotes(undefined)
      timer = undefined
      terminal.err(erase())
      drawn = 0
      latest = undefined
    },
  }
}

function plainDisplay(terminal: Terminal): JobDisplay {
  const told = new Map<string, string>()
  return {
    update: (_job, _steps, changed) => {
      for (const step of changed) {
        const outcome = outcomeOf(step)
        if (outcome === 'waiting' || told.get(step.name) === outcome) continue
        told.set(step.name, outcome)
        terminal.err(`${statusLine(step)}\n`)
      }
    },
    logLines: () => undefined,
    clear: () => undefined,
  }
}

/** `train: completed in 3.21 s (because code changed)` */
export function statusLine(step: Job): string {
  const outcome = outcomeOf(step)
  const duration = step.ended_at === undefined ? undefined : durationOf(step, Date.parse(step.ended_at))
  const reason = reasonOf(step)
  return [
    `${stepName(step)}: ${outcome}`,
    ...(duration === undefined ? [] : [`in ${duration}`]),
    ...(reason === '' ? [] : [`(${reason})`]),
  ].join(' ')
}
