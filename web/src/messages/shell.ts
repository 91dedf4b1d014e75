import type { Catalogue } from './catalogue.ts'
import { en } from './shell/en.ts'
import { fr } from './shell/fr.ts'
import { pt } from './shell/pt.ts'

/** Texts of the shell and of the components. */
export const shellMessages: Catalogue<typeof en> = { en, fr, pt }
