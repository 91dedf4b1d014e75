import { en } from './assets/en.ts'
import { fr } from './assets/fr.ts'
import { pt } from './assets/pt.ts'
import type { Catalogue } from './catalogue.ts'

export const assetsMessages: Catalogue<typeof en> = { en, fr, pt }
