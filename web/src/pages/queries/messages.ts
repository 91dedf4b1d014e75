import { en } from './messages/en.ts'
import { fr } from './messages/fr.ts'
import { pt } from './messages/pt.ts'
import type { Catalogue } from '../../messages/catalogue.ts'

export const queriesMessages: Catalogue<typeof en> = { en, fr, pt }
