import { useEffect, useEffectEvent, useSyncExternalStore } from 'react'
import { characterShortcuts } from '../preferences/character-shortcuts.ts'

/** A key or two in turn, e.g. `?` or `g j`, or `mod+k` (Ctrl or Command); listed on the sheet that `?` opens. */
export interface Shortcut {
  readonly keys: string
  readonly label: string
  readonly group: 'everywhere' | 'here'
}

interface Registered extends Shortcut {
  readonly act: () => void
}

let registered: readonly Registered[] = []
const listeners = new Set<() => void>()

/** Makes keys act while the component is shown. Keys typed into a field, or under a dialog, are left alone. */
export function useShortcut({ keys, label, group }: Shortcut, act: () => void): void {
  const latest = useEffectEvent(act)
  useEffect(() => register({ keys, label, group, act: () => latest() }), [keys, label, group])
}

/** What acts now, for the sheet. */
export function useShortcuts(): readonly Shortcut[] {
  return useSyncExternalStore(subscribe, () => registered)
}

/** Listens for the page's life. */
export function listenForShortcuts(target: Document): void {
  let before: { readonly key: string; readonly atMs: number } | undefined
  target.addEventListener('keydown', (event) => {
    const key = keyOf(event)
    if (key === undefined || event.defaultPrevented) return
    const isCharacter = !key.startsWith('mod+')
    if (isCharacter && (characterShortcuts.get() === 'off' || isTyping(event.target) || isDialogOpen(target))) return
    const pair = before !== undefined && event.timeStamp - before.atMs < 1500 ? `${before.key} ${key}` : undefined
    const found = find(pair) ?? find(key)
    before = found === undefined && isCharacter ? { key, atMs: event.timeStamp } : undefined
    if (found === undefined) return
    event.preventDefault()
    found.act()
  })
}

function register(shortcut: Registered): () => void {
  change([...registered, shortcut])
  return () => change(registered.filter((other) => other !== shortcut))
}

function change(shortcuts: readonly Registered[]): void {
  registered = shortcuts
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The latest registration wins: a page's own meaning of a key stands before the shell's. */
function find(keys: string | undefined): Registered | undefined {
  return registered.findLast((shortcut) => shortcut.keys === keys)
}

function keyOf(event: KeyboardEvent): string | undefined {
  if (event.altKey || event.isComposing || ['Shift', 'Control', 'Meta', 'Alt'].includes(event.key)) return undefined
  return event.ctrlKey || event.metaKey ? `mod+${event.key.toLowerCase()}` : event.key
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'))
}

function isDialogOpen(document: Document): boolean {
  return document.querySelector('dialog[open]') !== null
}
