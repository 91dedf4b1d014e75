import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { environmentsMessages } from './messages.ts'
import { restQuery } from '../../api/rest-client.ts'
import { CodeBlock } from '../../components/code/code-block.tsx'
import { definitionYaml } from '../../components/code/definition-yaml.ts'
import { Loaded } from '../../components/loaded.tsx'
import { useMessages } from '../../messages/catalogue.ts'

/** The YAML that makes this version again. */
export function DefinitionPanel({ name, version }: { readonly name: string; readonly version: string }): ReactNode {
  const texts = useMessages(environmentsMessages)
  const path = { name, version }
  const found = useQuery(restQuery('/api/v1/environments/{name}/versions/{version}', { params: { path } }))
  return (
    <Loaded query={found} lines={8}>
      {(loaded) => <CodeBlock label={texts.tabs.yaml} text={definitionYaml(loaded)} language="yaml" maxHeight={640} />}
    </Loaded>
  )
}
