import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { runsMessages } from './messages.ts'
import { readText, textLimitBytes } from '../../api/read-text.ts'
import { DiffView } from '../../components/diff-view.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { useMessages } from '../../messages/catalogue.ts'

interface CodeChangeProps {
  readonly path: string
  /** Of the jobs; empty for the jobs themselves. */
  readonly step: string
  /** Jobs; absent where one has no such file. */
  readonly before: string | undefined
  readonly after: string | undefined
}

const nothing = { text: '', isWhole: true }

/** What changed in a file of the code between two jobs. */
export function CodeChange({ path, step, before, after }: CodeChangeProps): ReactNode {
  const texts = useMessages(runsMessages).origin
  const sides = [before, after].map((job) => (job === undefined ? undefined : addressOf(job, step, path)))
  const both = useQuery({
    queryKey: ['rest', '/api/v1/jobs/{name}/code/content', ...sides],
    queryFn: ({ signal }) =>
      Promise.all(sides.map((url) => (url === undefined ? Promise.resolve(nothing) : readText(url, signal)))),
    staleTime: Infinity,
  })
  return (
    <Loaded query={both} lines={4}>
      {([old, now]) =>
        old?.isWhole === true && now?.isWhole === true ? (
          <DiffView
            before={old.text}
            after={now.text}
            names={[`${before ?? texts.absent}: ${path}`, `${after ?? texts.absent}: ${path}`]}
          />
        ) : (
          <p className="quiet">{texts.tooLarge}</p>
        )
      }
    </Loaded>
  )
}

function addressOf(job: string, step: string, path: string): string {
  const query = new URLSearchParams({ path, max_bytes: String(textLimitBytes), ...(step !== '' && { step }) })
  return `/api/v1/jobs/${encodeURIComponent(job)}/code/content?${query.toString()}`
}
