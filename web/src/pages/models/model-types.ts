import type { components } from '../../api.gen.ts'

export type Model = components['schemas']['ModelWithVersions']
export type Version = components['schemas']['ModelVersion']

/** The version most people mean: the champion, else the newest. */
export function usualVersion({ aliases, versions }: Model): string | undefined {
  return aliases['champion'] ?? versions[0]?.version
}

/** Of `azureml:NAME:VERSION` the version, where it is of this model. */
export function versionIn(reference: string | undefined, model: string): string | undefined {
  const start = `azureml:${model}:`
  return reference?.startsWith(start) === true ? reference.slice(start.length) : undefined
}

export function tagsText(tags: Readonly<Record<string, string>>): string {
  return Object.entries(tags)
    .filter(([key]) => !key.startsWith('mlflow.'))
    .map(([key, value]) => `${key}=${value}`)
    .join(', ')
}
