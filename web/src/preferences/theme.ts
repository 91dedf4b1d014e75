import { storedChoice } from './stored-choice.ts'

/** `system` follows the machine, also while the page is open. */
export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

export const theme = storedChoice<Theme>('sluice.theme', { values: themes, fallback: () => 'system' })

/** Applies the theme to the document, now and whenever it is chosen anew. */
export function applyTheme(root: HTMLElement): void {
  const apply = (): void => {
    const chosen = theme.get()
    if (chosen === 'system') root.removeAttribute('data-theme')
    else root.setAttribute('data-theme', chosen)
  }
  apply()
  theme.subscribe(apply)
}
