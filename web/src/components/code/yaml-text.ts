import { stringify } from 'yaml'

/** Values of YAML; what is `undefined` is left out. */
export type YamlValue =
  string | number | boolean | null | undefined | readonly YamlValue[] | { readonly [key: string]: YamlValue }

/** YAML as a person would write it: blocks, plain words where they mean themselves in YAML 1.1 too, `|` for several lines. */
export function yamlText(value: { readonly [key: string]: YamlValue }): string {
  return stringify(value, { compat: 'yaml-1.1', lineWidth: 0, blockQuote: 'literal', aliasDuplicateObjects: false })
}
