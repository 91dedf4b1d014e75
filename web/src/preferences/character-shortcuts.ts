import { storedChoice } from './stored-choice.ts'

/** Whether single letters act (WCAG 2.1.4: they can be turned off); Ctrl-K and the keys inside a table stay. */
export const characterShortcuts = storedChoice<'on' | 'off'>('sluice.shortcuts', {
  values: ['on', 'off'],
  fallback: () => 'on',
})
