import type { ReactNode } from 'react'
import { useMessages } from '../messages/catalogue.ts'
import { type Language, language, languageNames, languages } from '../messages/language.ts'
import { shellMessages } from '../messages/shell.ts'
import { useChoice } from '../preferences/stored-choice.ts'
import { type Theme, theme, themes } from '../preferences/theme.ts'
import './preference-switches.css'

/** Light, dark, or as the machine. */
export function ThemeSwitch(): ReactNode {
  const texts = useMessages(shellMessages)
  const chosen = useChoice(theme)
  return (
    <select
      className="field preference"
      aria-label={texts.theme.label}
      value={chosen}
      onChange={(event) => theme.set(event.target.value as Theme)}
    >
      {themes.map((name) => (
        <option key={name} value={name}>
          {texts.theme[name]}
        </option>
      ))}
    </select>
  )
}

export function LanguageSwitch(): ReactNode {
  const texts = useMessages(shellMessages)
  const chosen = useChoice(language)
  return (
    <select
      className="field preference"
      aria-label={texts.language}
      value={chosen}
      onChange={(event) => language.set(event.target.value as Language)}
    >
      {languages.map((name) => (
        <option key={name} value={name} lang={name}>
          {languageNames[name]}
        </option>
      ))}
    </select>
  )
}
