import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { jobsMessages } from './messages.ts'
import { restQuery } from '../../api/rest-client.ts'
import { CodeBlock } from '../../components/code/code-block.tsx'
import { JsonTree } from '../../components/json-tree.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Panel } from '../../components/page.tsx'
import { useMessages } from '../../messages/catalogue.ts'

/** The YAML of a job as it was submitted; of one without a file (a batch, a template), its document. */
export function JobDocument({ job }: { readonly job: string }): ReactNode {
  const texts = useMessages(jobsMessages).document
  const document = useQuery({
    ...restQuery('/api/v1/jobs/{name}/document', { params: { path: { name: job } } }),
    staleTime: Infinity,
  })
  return (
    <Loaded query={document} lines={8}>
      {(found) => {
        const { file, text } = found as { readonly file?: unknown; readonly text?: unknown }
        return (
          <Panel title={typeof file === 'string' ? <span className="mono">{file}</span> : texts.label}>
            <div className="panel-body">
              {typeof text === 'string' && text !== '' ? (
                <CodeBlock label={texts.label} text={text} language="yaml" maxHeight={640} />
              ) : (
                <JsonTree value={found} openLevels={2} />
              )}
            </div>
          </Panel>
        )
      }}
    </Loaded>
  )
}
