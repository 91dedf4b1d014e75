import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactNode } from 'react'
import { FilePreview, type ValuePlace } from './file-preview.tsx'
import type { Job, JobValue } from './job-types.ts'
import { jobsMessages } from './messages.ts'
import { restQuery } from '../../api/rest-client.ts'
import { Button } from '../../components/button.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

/** What went into a job and what came out: literals as they are, files to look into. */
export function JobValues({ job }: { readonly job: Job }): ReactNode {
  const texts = useMessages(jobsMessages).values
  return (
    <div className="stack">
      {(['inputs', 'outputs'] as const).map((side) => (
        <section key={side} className="stack job-values" aria-label={texts[side]}>
          <h3>{texts[side]}</h3>
          {Object.keys(job[side]).length === 0 && <p className="quiet">{texts.none}</p>}
          <ul>
            {Object.entries(job[side]).map(([name, value]) => (
              <ValueLine key={name} place={{ job: job.name, side, name }} value={value} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  )
}

function ValueLine({ place, value }: { readonly place: ValuePlace; readonly value: JobValue }): ReactNode {
  const texts = useMessages(jobsMessages).values
  const format = useFormat()
  const [isOpen, setOpen] = useState(false)
  const { type, value: literal, uri, size_bytes: size, digest } = value
  const isFiles = literal === undefined && (digest !== undefined || place.side === 'inputs')
  return (
    <li className="job-value">
      <div className="row">
        <strong>{place.name}</strong>
        <span className="quiet">{type}</span>
        {literal !== undefined && <code>{literal}</code>}
        {size !== undefined && <span className="quiet">{format.bytes(size)}</span>}
        {isFiles && (
          <Button isSmall look="quiet" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? texts.close : texts.open}
            <span className="spoken"> {place.name}</span>
          </Button>
        )}
        {!isFiles && literal === undefined && <span className="quiet">{texts.notYet}</span>}
      </div>
      {uri !== undefined && <code className="quiet job-value-uri">{uri}</code>}
      {isOpen && <ValueFiles place={place} />}
    </li>
  )
}

const shownFiles = 100

function ValueFiles({ place: { job, side, name } }: { readonly place: ValuePlace }): ReactNode {
  const texts = useMessages(jobsMessages).values
  const format = useFormat()
  const [path, setPath] = useState<string>()
  const output = useQuery({
    ...restQuery('/api/v1/jobs/{name}/outputs/{output}', { params: { path: { name: job, output: name } } }),
    enabled: side === 'outputs',
  })
  const input = useQuery({
    ...restQuery('/api/v1/jobs/{name}/inputs/{input}', { params: { path: { name: job, input: name } } }),
    enabled: side === 'inputs',
  })
  return (
    <Loaded query={side === 'outputs' ? output : input} lines={2}>
      {({ files }) => {
        const chosen = files.find((file) => file.path === path) ?? (files.length === 1 ? files[0] : undefined)
        return (
          <div className="stack">
            {files.length === 0 && <p className="quiet">{texts.notYet}</p>}
            {files.length > 1 && (
              <select
                className="field"
                aria-label={texts.file}
                value={path ?? ''}
                onChange={({ target }) => setPath(target.value)}
              >
                <option value="">{texts.file}…</option>
                {files.slice(0, shownFiles).map((file) => (
                  <option key={file.path} value={file.path}>
                    {file.path} ({format.bytes(file.size_bytes)})
                  </option>
                ))}
              </select>
            )}
            {files.length > shownFiles && <p className="quiet">{texts.more(files.length - shownFiles)}</p>}
            {chosen !== undefined && (
              <FilePreview
                key={chosen.path}
                place={{ job, side, name }}
                path={chosen.path}
                sizeBytes={chosen.size_bytes}
              />
            )}
          </div>
        )
      }}
    </Loaded>
  )
}
