import { useQuery } from '@tanstack/react-query'
import type { UseQueryResult } from '@tanstack/react-query'
import type { AssetVersion } from '../../api/asset-calls.ts'
import { restQuery } from '../../api/rest-client.ts'

/** What a component declares of one of its inputs. */
export interface InputDeclaration {
  readonly type: string
  readonly optional: boolean
  readonly description?: string
  readonly default?: string
  readonly min?: number
  readonly max?: number
  readonly enum?: readonly string[]
}

export interface OutputDeclaration {
  readonly type: string
  readonly description?: string
}

/** The parts of a component that are shown; as the server keeps them. */
export interface ComponentDefinition {
  readonly inputs?: Readonly<Record<string, InputDeclaration>>
  /** In words, of one of the program's own that takes others too. */
  readonly otherInputs?: string
  readonly outputs?: Readonly<Record<string, OutputDeclaration>>
  readonly command?: string
  readonly code?: unknown
  readonly environment?: unknown
  readonly steps?: Readonly<Record<string, unknown>>
  readonly resources?: { readonly instanceCount?: number }
  readonly isDeterministic?: boolean
}

interface Named {
  readonly name: string
  readonly version: string
}

/** One version with its definition; what a version is never changes, but its labels do. */
export function useVersion({ name, version }: Named): UseQueryResult<AssetVersion> {
  return useQuery(restQuery('/api/v1/components/{name}/versions/{version}', { params: { path: { name, version } } }))
}

/** The server keeps whatever its planner reads; this is the part that pages show. */
export function definitionOf({ definition = {} }: { readonly definition?: unknown }): ComponentDefinition {
  return definition as ComponentDefinition
}

const primitives = new Set(['string', 'number', 'integer', 'boolean'])

/** Whether an input takes a value rather than data. */
export function isPrimitive(type: string): boolean {
  return primitives.has(type)
}
