/** What is coloured; anything else is `text`. */
export type CodeLanguage = 'yaml' | 'json' | 'sql' | 'text'
