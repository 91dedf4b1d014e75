import { askMlflow, mlflow } from '../../api/mlflow-client.ts'
import type { MlflowModelVersion } from '../../api/mlflow-messages.ts'
import { type PromptTemplate, promptTags, textOfTemplate } from './prompt-template.ts'

/* What is changed about prompts, by MLflow's protocol. Each throws `ServerError`. */

const models = '2.0/mlflow/registered-models'
const versions = '2.0/mlflow/model-versions'
const isPrompt = { key: promptTags.isPrompt, value: 'true' }

export interface NewVersion {
  readonly name: string
  readonly template: PromptTemplate
  readonly message: string
  /** JSON text; empty: none. */
  readonly config: string
}

export async function createPrompt(name: string): Promise<void> {
  await askMlflow({ method: 'POST', path: `${models}/create`, request: { name, tags: [isPrompt] } })
}

/** Gives the number of the version. */
export async function createVersion({ name, template, message, config }: NewVersion): Promise<string> {
  const request = {
    name,
    // MLflow's clients write this where a model would have its files.
    source: 'dummy-source',
    description: message,
    tags: [
      isPrompt,
      { key: promptTags.text, value: textOfTemplate(template) },
      { key: promptTags.kind, value: template.kind },
      ...(config === '' ? [] : [{ key: promptTags.config, value: config }]),
    ],
  }
  const made = await askMlflow<{ readonly model_version: MlflowModelVersion }>({
    method: 'POST',
    path: `${versions}/create`,
    request,
  })
  return made.model_version.version
}

export async function setAlias(name: string, alias: string, version: string): Promise<void> {
  await mlflow('registered-models/alias', { name, alias, version })
}

export async function deleteAlias(name: string, alias: string): Promise<void> {
  await askMlflow({ method: 'DELETE', path: `${models}/alias`, request: { name, alias } })
}

export async function deleteVersion(name: string, version: string): Promise<void> {
  await askMlflow({ method: 'DELETE', path: `${versions}/delete`, request: { name, version } })
}

/** With all its versions. */
export async function deletePrompt(name: string): Promise<void> {
  await askMlflow({ method: 'DELETE', path: `${models}/delete`, request: { name } })
}

/** A tag of a version, or without one of the prompt itself. */
interface TagPlace {
  readonly name: string
  readonly version?: string
}

export async function setTag(place: TagPlace, key: string, value: string): Promise<void> {
  const path = `${place.version === undefined ? models : versions}/set-tag`
  await askMlflow({ method: 'POST', path, request: { ...place, key, value } })
}

export async function deleteTag(place: TagPlace, key: string): Promise<void> {
  const path = `${place.version === undefined ? models : versions}/delete-tag`
  await askMlflow({ method: 'DELETE', path, request: { ...place, key } })
}
