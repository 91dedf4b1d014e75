import type { ReactNode } from 'react'
import {
  type ComponentDefinition,
  definitionOf,
  type InputDeclaration,
  type OutputDeclaration,
  useVersion,
} from './definition.ts'
import { componentsMessages } from './messages.ts'
import { CodeBlock } from '../../components/code/code-block.tsx'
import { referenceOfStored } from '../../components/code/definition-yaml.ts'
import { KeyValues } from '../../components/key-values.tsx'
import { Loaded } from '../../components/loaded.tsx'
import { ObjectLink } from '../../components/object-link.tsx'
import { Panel } from '../../components/page.tsx'
import { PlainTable } from '../../components/plain-table.tsx'
import { type Translation, useMessages } from '../../messages/catalogue.ts'
import { useFormat } from '../../messages/format.ts'

type Texts = Translation<typeof componentsMessages.en>['ports']

/** What one version takes, gives and runs. */
export function PortsPanel({ name, version }: { readonly name: string; readonly version: string }): ReactNode {
  const found = useVersion({ name, version })
  return (
    <Loaded query={found} lines={8}>
      {(loaded) => (
        <div className="stack">
          <Ports definition={definitionOf(loaded)} />
          <Runs definition={definitionOf(loaded)} />
        </div>
      )}
    </Loaded>
  )
}

/** Inputs and outputs as tables. */
export function Ports({ definition }: { readonly definition: ComponentDefinition }): ReactNode {
  const texts = useMessages(componentsMessages).ports
  const { inputs = {}, outputs = {}, otherInputs } = definition
  return (
    <>
      <Panel title={texts.inputs}>
        <Inputs inputs={inputs} {...(otherInputs !== undefined && { others: otherInputs })} />
      </Panel>
      <Panel title={texts.outputs}>
        <Outputs outputs={outputs} />
      </Panel>
    </>
  )
}

function Inputs({
  inputs,
  others,
}: {
  readonly inputs: Readonly<Record<string, InputDeclaration>>
  readonly others?: string
}): ReactNode {
  const texts = useMessages(componentsMessages).ports
  const format = useFormat()
  const entries = Object.entries(inputs)
  if (entries.length === 0 && others === undefined) return <p className="panel-body quiet">{texts.none}</p>
  return (
    <PlainTable
      label={texts.inputs}
      columns={[
        { label: texts.name, isRowHead: true },
        { label: texts.type },
        { label: texts.needed },
        { label: texts.default },
        { label: texts.range },
        { label: texts.description },
      ]}
      rows={[
        ...entries.map(([name, input]) => ({
          key: name,
          cells: [
            <code key="name">{name}</code>,
            input.type,
            input.optional || input.default !== undefined ? texts.optional : texts.required,
            input.default === undefined ? '' : <code key="default">{input.default}</code>,
            allowedText(input, texts, format.number),
            input.description ?? '',
          ],
        })),
        ...(others === undefined ? [] : [{ key: '*', cells: [texts.others, '', texts.optional, '', '', others] }]),
      ]}
    />
  )
}

function Outputs({ outputs }: { readonly outputs: Readonly<Record<string, OutputDeclaration>> }): ReactNode {
  const texts = useMessages(componentsMessages).ports
  const entries = Object.entries(outputs)
  if (entries.length === 0) return <p className="panel-body quiet">{texts.noOutputs}</p>
  return (
    <PlainTable
      label={texts.outputs}
      columns={[{ label: texts.name, isRowHead: true }, { label: texts.type }, { label: texts.description }]}
      rows={entries.map(([name, { type, description = '' }]) => ({
        key: name,
        cells: [<code key="name">{name}</code>, type, description],
      }))}
    />
  )
}

/** The range or the choices of an input, in words. */
function allowedText(
  { min, max, enum: choices }: InputDeclaration,
  texts: Texts,
  number: (value: number) => string,
): string {
  if (choices !== undefined) return choices.join(', ')
  if (min !== undefined && max !== undefined) return texts.between(number(min), number(max))
  if (min !== undefined) return texts.atLeast(number(min))
  return max === undefined ? '' : texts.atMost(number(max))
}

function Runs({ definition }: { readonly definition: ComponentDefinition }): ReactNode {
  const texts = useMessages(componentsMessages).ports
  const { command, code, steps, resources, isDeterministic } = definition
  const reference = referenceOfStored(code)
  const instances = resources?.instanceCount ?? 1
  return (
    <Panel title={texts.runs}>
      <div className="panel-body stack">
        {command !== undefined && command !== '' && <CodeBlock label={texts.command} text={command} />}
        <KeyValues
          entries={
            [
              [texts.steps, steps === undefined ? undefined : Object.keys(steps).join(', ')],
              [texts.environment, <EnvironmentName key="environment" environment={definition.environment} />],
              [texts.code, reference === undefined ? undefined : <code key="code">{reference}</code>],
              [texts.instances, instances === 1 ? undefined : instances],
            ].filter(([name]) => name !== texts.environment || definition.environment !== undefined) as never
          }
        />
        {isDeterministic === false && <p className="quiet">{texts.notDeterministic}</p>}
      </div>
    </Panel>
  )
}

function EnvironmentName({ environment }: { readonly environment: unknown }): ReactNode {
  const reference = referenceOfStored(environment)
  if (reference === undefined) return <code>{JSON.stringify(environment).slice(0, 200)}</code>
  const [, name] = /^azureml:([^:@/]+)/.exec(reference) ?? []
  const [, registry, curated] = /^azureml:\/\/registries\/([^/]+)\/environments\/([^/]+)/.exec(reference) ?? []
  if (name !== undefined)
    return (
      <ObjectLink kind="environment" name={name}>
        {reference}
      </ObjectLink>
    )
  if (registry !== undefined && curated !== undefined)
    return (
      <ObjectLink kind="environment" name={curated} search={{ registry }}>
        {reference}
      </ObjectLink>
    )
  return <code>{reference}</code>
}
