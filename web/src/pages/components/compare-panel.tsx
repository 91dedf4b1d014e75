import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { componentsMessages } from './messages.ts'
import { restQuery } from '../../api/rest-client.ts'
import { definitionYaml } from '../../components/code/definition-yaml.ts'
import { DiffView } from '../../components/diff-view.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { Panel } from '../../components/page.tsx'
import { ComparedVersions } from '../../components/version-choice.tsx'
import { useMessages } from '../../messages/catalogue.ts'

interface CompareProps {
  readonly name: string
  readonly version: string
  /** Newest first. */
  readonly versions: readonly string[]
}

/** The YAML of two versions, line by line; without a choice, the one before. */
export function ComparePanel({ name, version, versions }: CompareProps): ReactNode {
  const texts = useMessages(componentsMessages).compare
  const { against: wanted } = useSearch({ from: '/components/$name' })
  const navigate = useNavigate({ from: '/components/$name' })
  return (
    <ComparedVersions
      version={version}
      versions={versions}
      wanted={wanted}
      texts={texts}
      onChange={(against) => void navigate({ search: (old) => ({ ...old, against }) })}
    >
      {(against) => (
        <Panel title={`${name}: ${against} → ${version}`}>
          <div className="panel-body">
            <Differences name={name} before={against} after={version} />
          </div>
        </Panel>
      )}
    </ComparedVersions>
  )
}

function Differences({
  name,
  before,
  after,
}: {
  readonly name: string
  readonly before: string
  readonly after: string
}): ReactNode {
  const path = '/api/v1/components/{name}/versions/{version}'
  const first = useQuery(restQuery(path, { params: { path: { name, version: before } } }))
  const second = useQuery(restQuery(path, { params: { path: { name, version: after } } }))
  return (
    <Loaded query={first} lines={8}>
      {(older) => (
        <Loaded query={second} lines={8}>
          {(newer) => <DiffView before={definitionYaml(older)} after={definitionYaml(newer)} names={[before, after]} />}
        </Loaded>
      )}
    </Loaded>
  )
}
