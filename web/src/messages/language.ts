import { storedChoice, useChoice } from '../preferences/stored-choice.ts'

export const languages = ['en', 'fr', 'pt'] as const
export type Language = (typeof languages)[number]

/** Each language in its own words. */
export const languageNames: Readonly<Record<Language, string>> = { en: 'English', fr: 'Français', pt: 'Português' }

/** The language chosen, else the browser's first that we speak, else English. */
export const language = storedChoice<Language>('sluice.language', { values: languages, fallback: browserLanguage })

/** Sets the document's language, now and whenever it is chosen anew, for screen readers and hyphenation. */
export function applyLanguage(root: HTMLElement): void {
  const apply = (): void => root.setAttribute('lang', language.get())
  apply()
  language.subscribe(apply)
}

export function useLanguage(): Language {
  return useChoice(language)
}

function browserLanguage(): Language {
  for (const tag of navigator.languages) {
    const found = languages.find((known) => tag.toLowerCase().split('-')[0] === known)
    if (found !== undefined) return found
  }
  return 'en'
}
