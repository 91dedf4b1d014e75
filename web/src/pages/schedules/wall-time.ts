import { type Language, useLanguage } from '../../messages/language.ts'

const made = new Map<Language, Intl.DateTimeFormat>()

/** `Sun, 29 Mar 2026, 03:00 +02:00`: what the clocks of another zone show (`2026-03-29T03:00:00+02:00`). */
export function useWallTime(): (localTime: string) => string {
  const language = useLanguage()
  let format = made.get(language)
  if (format === undefined)
    made.set(
      language,
      (format = new Intl.DateTimeFormat(language, {
        ...({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' } as const),
        ...({ hour: '2-digit', minute: '2-digit', timeZone: 'UTC' } as const),
      })),
    )
  return (localTime) => {
    const [, shown, offset] = /^(.{19})(?:\.\d+)?(Z|[-+].*)$/.exec(localTime) ?? []
    if (shown === undefined) return localTime
    return `${format.format(new Date(`${shown}Z`))} ${offset === 'Z' ? 'UTC' : offset}`
  }
}
