import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { modelsMessages } from './messages.ts'
import { type ModelFile, modelFileQuery } from './signature.ts'
import { CodeBlock } from '../../components/code/code-block.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Panel } from '../../components/page.tsx'
import { ScrolledRegion } from '../../components/scrolled.tsx'
import { useMessages } from '../../messages/catalogue.ts'

/** What a version takes and gives, and the file that says so. */
export function SignaturePanel({ model, version }: { readonly model: string; readonly version: string }): ReactNode {
  const texts = useMessages(modelsMessages).signature
  const file = useQuery(modelFileQuery(model, version))
  return (
    <Panel title={texts.title}>
      <div className="panel-body stack">
        <Loaded query={file} lines={4}>
          {(found) =>
            found === null ? (
              <p className="quiet">{texts.noFile}</p>
            ) : (
              <>
                <Fields file={found} />
                <details>
                  <summary>{texts.file}</summary>
                  <CodeBlock label={texts.file} text={found.text} language="yaml" maxHeight={360} />
                </details>
              </>
            )
          }
        </Loaded>
      </div>
    </Panel>
  )
}

function Fields({ file: { signature } }: { readonly file: ModelFile }): ReactNode {
  const texts = useMessages(modelsMessages).signature
  const parts = (['inputs', 'params', 'outputs'] as const).filter((each) => signature[each].length > 0)
  if (parts.length === 0) return <p className="quiet">{texts.none}</p>
  return (
    <ScrolledRegion label={texts.title}>
      <table className="model-table">
        <thead>
          <tr>
            <th scope="col">{texts.name}</th>
            <th scope="col">{texts.type}</th>
            <th scope="col">{texts.required}</th>
          </tr>
        </thead>
        {parts.map((part) => (
          <tbody key={part}>
            <tr>
              <th className="model-group" scope="rowgroup" colSpan={3}>
                {texts[part]}
              </th>
            </tr>
            {signature[part].map(({ name, type, isRequired }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td className="mono">{type}</td>
                <td>{isRequired ? texts.yes : texts.no}</td>
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </ScrolledRegion>
  )
}
