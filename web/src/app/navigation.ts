import type { LinkProps } from '@tanstack/react-router'
import type { IconName } from '../components/icon.tsx'
import type { en } from '../messages/shell/en.ts'

/** A page in the sidebar and in the palette; `keys` opens it from everywhere. */
export interface NavigationEntry {
  readonly to: LinkProps['to'] & string
  readonly page: keyof (typeof en)['pages']
  readonly icon: IconName
  readonly keys?: string
  /** Beginning of addresses that are its own beside `to`. */
  readonly also?: string
}

export interface NavigationGroup {
  /** Absent: above all groups. */
  readonly group?: keyof (typeof en)['groups']
  readonly entries: readonly NavigationEntry[]
}

/** Only pages that exist; a group without any is not shown. */
export const navigation: readonly NavigationGroup[] = [
  { entries: [{ to: '/', page: 'home', icon: 'home', keys: 'g h' }] },
  {
    group: 'work',
    entries: [
      { to: '/jobs', page: 'jobs', icon: 'jobs', keys: 'g j' },
      { to: '/experiments', page: 'experiments', icon: 'runs', keys: 'g r' },
      { to: '/published', page: 'published', icon: 'published', keys: 'g p' },
      { to: '/schedules', page: 'schedules', icon: 'schedules', keys: 'g s', also: '/triggers/' },
    ],
  },
  {
    group: 'assets',
    entries: [
      { to: '/data', page: 'data', icon: 'data', keys: 'g d' },
      { to: '/queries', page: 'queries', icon: 'query', keys: 'g y' },
      { to: '/components', page: 'components', icon: 'components', keys: 'g c' },
      { to: '/environments', page: 'environments', icon: 'environments', keys: 'g v' },
      { to: '/models', page: 'models', icon: 'models', keys: 'g m' },
    ],
  },
  {
    group: 'serving',
    entries: [
      { to: '/endpoints', page: 'endpoints', icon: 'endpoints', keys: 'g e' },
      { to: '/batch-endpoints', page: 'batchEndpoints', icon: 'batch', keys: 'g b' },
      { to: '/monitors', page: 'monitors', icon: 'monitors', keys: 'g o' },
    ],
  },
  {
    group: 'quality',
    entries: [
      { to: '/traces', page: 'traces', icon: 'traces', keys: 'g t' },
      { to: '/prompts', page: 'prompts', icon: 'prompts', keys: 'g u' },
    ],
  },
  {
    group: 'system',
    entries: [
      { to: '/queue', page: 'compute', icon: 'compute', keys: 'g q' },
      { to: '/settings', page: 'settings', icon: 'settings', keys: 'g ,' },
    ],
  },
]
