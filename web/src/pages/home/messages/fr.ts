import type { Translation } from '../../../messages/catalogue.ts'
import type { en } from './en.ts'

export const fr: Translation<typeof en> = {
  title: 'Accueil',
  empty: 'Rien n’a encore tourné ici',
  emptyBody:
    'Écrivez un pipeline en YAML et lancez-le : ses tâches, leurs journaux, métriques et modèles apparaîtront ici.',
}
