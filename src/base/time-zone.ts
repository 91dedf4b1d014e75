/**
 * Clocks on walls. A *local time* is written as the milliseconds since 1970 that UTC would have when its clocks show the
 * same: so days are 86,400,000 apart, whatever the zone's rules do. The rules are those of ECMA-402 (`Intl`).
 */
export interface TimeZone {
  /** IANA name, e.g. `Europe/Paris`. */
  readonly name: string
  /** What the clocks show at a moment (epoch milliseconds). */
  localOf(atMs: number): number
  /**
   * The moments at which the clocks show a local time: one; two, earlier first, where they are set back; none where they
   * are set forward over it.
   */
  momentsOf(localMs: number): readonly number[]
  /** The first moment at which the clocks show a local time or, where they skip it, a later one. */
  firstMomentFrom(localMs: number): number
}

const dayMs = 86_400_000

/** A zone by its IANA name; undefined for a name that nobody knows. */
export function timeZone(name: string): TimeZone | undefined {
  const offsetAt = offsetsOf(name)
  if (offsetAt === undefined) return undefined
  const momentsOf = (localMs: number): readonly number[] => {
    // Rules change at most once within a day of any moment, so one of these two offsets holds.
    const offsets = new Set([offsetAt(localMs - dayMs), offsetAt(localMs + dayMs)])
    return [...offsets]
      .map((offset) => localMs - offset)
      .filter((moment) => offsetAt(moment) === localMs - moment)
      .sort((one, other) => one - other)
  }
  return {
    name,
    localOf: (atMs) => atMs + offsetAt(atMs),
    momentsOf,
    firstMomentFrom: (localMs) => {
      const [first] = momentsOf(localMs)
      if (first !== undefined) return first
      // Skipped: the change lies between the moments that the offsets before and after it would give.
      let before = localMs - offsetAt(localMs + dayMs)
      let after = localMs - offsetAt(localMs - dayMs)
      const offset = offsetAt(after)
      while (after - before > 1) {
        const middle = Math.floor((before + after) / 2)
        if (offsetAt(middle) === offset) after = middle
        else before = middle
      }
      return after
    },
  }
}

/** `2026-03-29T02:30:00+01:00`: what the clocks show at a moment, with their distance from UTC. */
export function zonedText(zone: TimeZone, atMs: number): string {
  const localMs = zone.localOf(atMs)
  const minutes = Math.round((localMs - atMs) / 60_000)
  if (minutes === 0) return `${isoText(localMs)}Z`
  const [hour, minute] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  return `${isoText(localMs)}${minutes < 0 ? '-' : '+'}${twoDigits(hour)}:${twoDigits(minute)}`
}

/** A local time without a zone: `2026-03-29T02:30:00`. */
export function isoText(localMs: number): string {
  return new Date(localMs).toISOString().slice(0, 19)
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0')
}

/** Milliseconds that the clocks of a zone are ahead of UTC at a moment. */
function offsetsOf(name: string): ((atMs: number) => number) | undefined {
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      era: 'short',
    })
  } catch {
    return undefined
  }
  const cache = new Map<number, number>()
  return (atMs) => {
    // Rules change on whole seconds.
    const second = Math.floor(atMs / 1000)
    const known = cache.get(second)
    if (known !== undefined) return known
    const parts = new Map(format.formatToParts(second * 1000).map(({ type, value }) => [type, value]))
    const read = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type))
    const year = parts.get('era') === 'BC' ? 1 - read('year') : read('year')
    const shown = Date.UTC(year, read('month') - 1, read('day'), read('hour'), read('minute'), read('second'))
    const offset = shown - second * 1000
    if (cache.size > 10_000) cache.clear()
    cache.set(second, offset)
    return offset
  }
}
