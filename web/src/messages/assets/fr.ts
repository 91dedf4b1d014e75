import type { en } from './en.ts'
import type { Translation } from '../catalogue.ts'

export const fr: Translation<typeof en> = {
  search: 'Partie d’un nom ou d’une description',
  clear: 'Effacer la recherche',
  withArchived: 'Avec les archivés',
  archived: 'Archivé',
  never: 'Jamais',
  version: 'Version',
  allArchived: 'Toutes les versions sont archivées',
  allArchivedBody: 'Restaurez-le, ou l’une de ses versions, pour le voir et l’employer.',
  versions: {
    title: 'Versions',
    description: 'Description',
    created: 'Créé',
    labels: 'Étiquettes',
    state: 'État',
    available: 'Disponible',
    actions: 'Changer',
    by: 'Par',
    archive: 'Archiver',
    restore: 'Restaurer',
    archivedDone: (what) => `${what} est archivé : les listes et @latest l’omettent, son nom fonctionne encore.`,
    restoredDone: (what) => `${what} est restauré.`,
    archiveTitle: (name) => `Archiver ${name} avec toutes ses versions ?`,
    archiveBody:
      'Les listes et @latest l’omettent. Ce qui nomme une version fonctionne encore, et on peut le restaurer.',
    label: 'Étiquette…',
    labelTitle: (what) => `Une étiquette pour ${what}`,
    labelName: 'Étiquette',
    labelHint: 'Lettres, chiffres, « - », « _ » et « . ». Une étiquette qui est ailleurs vient ici.',
    labelSet: (label, version) => `@${label} désigne maintenant la version ${version}.`,
    save: 'Poser l’étiquette',
    removeLabel: (label) => `Retirer @${label}`,
    labelRemoved: (label) => `@${label} a été retirée.`,
  },
}
