import { type Language, useLanguage } from './language.ts'

/** The same keys and parameters as `M`, other words: a translation that lacks one is an error of types. */
export type Translation<M> = {
  readonly [K in keyof M]: M[K] extends string
    ? string
    : M[K] extends (...given: infer G) => string
      ? (...given: G) => string
      : Translation<M[K]>
}

/** A page's texts in every language we speak. */
export interface Catalogue<M> {
  readonly en: M
  readonly fr: Translation<M>
  readonly pt: Translation<M>
}

/** The texts of a catalogue in the language of this person: `const texts = useMessages(jobsMessages)`. */
export function useMessages<M>(catalogue: Catalogue<M>): Translation<M> {
  return messagesIn(catalogue, useLanguage())
}

/** The texts of a catalogue in a language. */
export function messagesIn<M>(catalogue: Catalogue<M>, language: Language): Translation<M> {
  return catalogue[language] as Translation<M>
}

/** The form of a counted word: `plural('fr', 0, { one: 'tâche', other: 'tâches' })` is `tâche`. */
export function plural(
  language: Language,
  count: number,
  forms: { readonly one: string; readonly other: string },
): string {
  return rules[language].select(count) === 'one' ? forms.one : forms.other
}

const rules: Readonly<Record<Language, Intl.PluralRules>> = {
  en: new Intl.PluralRules('en'),
  fr: new Intl.PluralRules('fr'),
  pt: new Intl.PluralRules('pt'),
}
