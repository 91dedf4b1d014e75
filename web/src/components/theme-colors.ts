import { useSyncExternalStore } from 'react'

const names = [
  '--text',
  '--text-quiet',
  '--line',
  '--surface',
  '--accent',
  '--good',
  '--bad',
  '--warn',
  '--busy',
  ...Array.from({ length: 8 }, (_, index) => `--series-${index + 1}`),
]

export type Colors = Readonly<Record<string, string>>

/** The colours of the theme as a canvas needs them, e.g. `colors['--series-1']` is `#0b6a85`; new when it changes. */
export function useColors(): Colors {
  return useSyncExternalStore(subscribe, current)
}

let colors: Colors | undefined

function subscribe(listener: () => void): () => void {
  const onChange = (): void => {
    colors = undefined
    listener()
  }
  const dark = matchMedia('(prefers-color-scheme: dark)')
  dark.addEventListener('change', onChange)
  // The attribute rather than the choice: it is what the colours follow.
  const observer = new MutationObserver(onChange)
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  return () => {
    dark.removeEventListener('change', onChange)
    observer.disconnect()
  }
}

// A custom property keeps its `light-dark(...)`; only a real colour says which of the two holds.
function current(): Colors {
  if (colors !== undefined) return colors
  const probe = document.createElement('span')
  document.body.append(probe)
  colors = Object.fromEntries(
    names.map((name) => {
      probe.style.color = `var(${name})`
      return [name, hex(getComputedStyle(probe).color)]
    }),
  )
  probe.remove()
  return colors
}

function hex(rgb: string): string {
  const parts = rgb.match(/\d+/g) ?? []
  return `#${parts
    .slice(0, 3)
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join('')}`
}
