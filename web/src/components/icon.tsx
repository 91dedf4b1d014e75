import type { ReactNode } from 'react'

/** Outlines on a grid of 16, drawn for this application. */
const outlines = {
  home: 'M2.5 7.5 8 3l5.5 4.5V13.5H9.5V10H6.5v3.5H2.5z',
  jobs: 'M2.5 4.5h4v3h-4zM9.5 8.5h4v3h-4zM6.5 6h1.5v4h1.5',
  runs: 'M2.5 13.5v-11M2.5 13.5h11M4.5 11 7.5 7l2.5 2L13.5 4',
  compare: 'M5 2.5v11M11 2.5v11M2.5 5.5h5M8.5 10.5h5',
  data: 'M3 4c0-2 10-2 10 0v8c0 2-10 2-10 0zM3 4c0 2 10 2 10 0M3 8c0 2 10 2 10 0',
  query: 'M2.5 3.5h11v9h-11zM5 6l2 2-2 2M8.5 10H11',
  components: 'M3 3h4v4H3zM9 9h4v4H9zM9 3h4v4H9zM5 9v4M3 11h4',
  environments: 'M8 2.5 13.5 5.5v5L8 13.5l-5.5-3v-5zM2.5 5.5 8 8.5l5.5-3M8 8.5v5',
  models: 'M8 2.5 13 5.3v5.4L8 13.5 3 10.7V5.3zM8 6.3l1.7 1v1.7L8 10 6.3 9V7.3z',
  endpoints: 'M2.5 8h4M9.5 4h4M9.5 12h4M6.5 8l3-4M6.5 8l3 4',
  batch: 'M3 3.5h10v3H3zM3 9.5h10v3H3zM5.5 5h.01M5.5 11h.01',
  monitors: 'M2.5 8h2.5l1.5-4 3 8 1.5-4h2.5',
  schedules: 'M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11zM8 5v3.2l2.2 1.3',
  published: 'M8 10.5v-8M5 5l3-3 3 3M3 9v4.5h10V9',
  traces: 'M3 3.5h9M5 7h8M5 10.5h4M8 13.5h5',
  prompts: 'M2.5 3.5h11v7h-6l-3 2.5v-2.5h-2zM5 6h6M5 8.3h4',
  compute: 'M4.5 4.5h7v7h-7zM6.5 2.5v2M9.5 2.5v2M6.5 11.5v2M9.5 11.5v2M2.5 6.5h2M2.5 9.5h2M11.5 6.5h2M11.5 9.5h2',
  settings: 'M3 4.5h6M11.5 4.5H13M3 11.5h1.5M7 11.5h6M10.2 3v3M5.7 10v3',
  search: 'M7 3a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM10 10l3.5 3.5',
  close: 'M4 4l8 8M12 4l-8 8',
  check: 'M3.5 8.5 6.5 11.5l6-7',
  copy: 'M5.5 5.5h7v7h-7zM3.5 10.5v-7h7',
  chevron: 'M6 4l4 4-4 4',
  down: 'M4 6l4 4 4-4',
  up: 'M4 10l4-4 4 4',
  columns: 'M2.5 3.5h11v9h-11zM6.2 3.5v9M9.8 3.5v9',
  pin: 'M6 2.5h4M7 2.5v4L4.5 9h7L9 6.5v-4M8 9v4.5',
  menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
  keyboard: 'M1.5 4h13v8h-13zM4 6.5h.01M6.5 6.5h.01M9 6.5h.01M11.5 6.5h.01M4.5 9.5h7',
  download: 'M8 2.5v8M5 7.5l3 3 3-3M3 13.5h10',
  external: 'M6.5 3.5h-3v9h9v-3M9 3h4v4M13 3 7.5 8.5',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  fit: 'M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3',
  refresh: 'M13 8a5 5 0 1 1-1.5-3.5M13 2.5v3h-3',
  warning: 'M8 2.5 14 13H2zM8 6.5v3M8 11.3h.01',
  more: 'M4 8h.01M8 8h.01M12 8h.01',
} as const

export type IconName = keyof typeof outlines

/** An icon beside a word, hidden from screen readers: the word, or the button's label, says what it means. */
export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }): ReactNode {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path
        d={outlines[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.35"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  )
}
