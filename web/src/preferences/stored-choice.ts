import { useSyncExternalStore } from 'react'

/** A choice of this person on this browser; kept in local storage, the same in all tabs. */
export interface StoredChoice<T extends string> {
  get(): T
  set(value: T): void
  subscribe(listener: () => void): () => void
}

/** A choice among `values`; `fallback` until one was made, or when what is stored is none of them. */
export function storedChoice<T extends string>(
  key: string,
  { values, fallback }: { readonly values: readonly T[]; readonly fallback: () => T },
): StoredChoice<T> {
  const listeners = new Set<() => void>()
  const tell = (): void => listeners.forEach((listener) => listener())
  const parse = (text: string | null): T => values.find((value) => value === text) ?? fallback()
  let current = parse(read(key))
  globalThis.addEventListener?.('storage', (event) => {
    if (event.key !== key) return
    current = parse(event.newValue)
    tell()
  })
  return {
    get: () => current,
    set: (value) => {
      current = value
      write(key, value)
      tell()
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** The choice now; the component is drawn again when it changes. */
export function useChoice<T extends string>(choice: StoredChoice<T>): T {
  return useSyncExternalStore(choice.subscribe, choice.get)
}

// A browser may forbid storage; then the choice lasts as long as the page.
function read(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {
    // See above.
  }
}
