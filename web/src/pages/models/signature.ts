import { serverErrorOf } from '../../api/server-error.ts'

/** One input, output or parameter of a model. */
export interface SignatureField {
  readonly name: string
  readonly type: string
  readonly isRequired: boolean
}

type SignaturePart = 'inputs' | 'outputs' | 'params'

export interface ModelFile {
  /** `MLmodel` as it was saved. */
  readonly text: string
  readonly signature: Readonly<Record<SignaturePart, readonly SignatureField[]>>
}

/** Options for `useQuery`: the `MLmodel` file of a version and the signature in it; null where there is no such file. */
export function modelFileQuery(
  name: string,
  version: string,
): {
  readonly queryKey: readonly string[]
  readonly queryFn: (context: { readonly signal: AbortSignal }) => Promise<ModelFile | null>
  readonly staleTime: number
} {
  return {
    queryKey: ['model-file', name, version],
    // Never changes: a version stands for files that were saved.
    staleTime: Infinity,
    queryFn: async ({ signal }) => {
      const query = new URLSearchParams({ name, version, path: 'MLmodel' })
      const response = await fetch(`/model-versions/get-artifact?${query}`, { signal })
      if (response.status === 404) return null
      if (!response.ok) throw serverErrorOf(response.status, await response.json().catch(() => undefined))
      const text = await response.text()
      return {
        text,
        signature: { inputs: part(text, 'inputs'), outputs: part(text, 'outputs'), params: part(text, 'params') },
      }
    },
  }
}

/**
 * MLflow writes each part as JSON within a quoted YAML text, folded over lines (https://mlflow.org/docs/latest/model/signatures);
 * where it is not so, there is nothing.
 */
function part(text: string, name: SignaturePart): readonly SignatureField[] {
  const start = new RegExp(`^  ${name}: '`, 'm').exec(text)
  if (start === null) return []
  const from = start.index + start[0].length
  const end = endOfQuoted(text, from)
  const json = text.slice(from, end).replaceAll("''", "'").replaceAll(/\n +/g, ' ')
  try {
    const fields: unknown = JSON.parse(json)
    return Array.isArray(fields) ? fields.map(fieldOf) : []
  } catch {
    return []
  }
}

function endOfQuoted(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] !== "'") continue
    if (text[at + 1] !== "'") return at
    at++
  }
  return text.length
}

function fieldOf(field: unknown, index: number): SignatureField {
  const {
    name,
    type,
    required,
    'tensor-spec': tensor,
  } = field as {
    readonly name?: string
    readonly type?: unknown
    readonly required?: boolean
    readonly 'tensor-spec'?: { readonly dtype?: string; readonly shape?: readonly number[] }
  }
  const shape = tensor === undefined ? '' : ` ${tensor.dtype ?? ''} (${(tensor.shape ?? []).join(', ')})`
  return { name: name ?? String(index), type: `${String(type)}${shape}`, isRequired: required !== false }
}
