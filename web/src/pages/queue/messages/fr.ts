import type { en } from './en.ts'
import type { Translation } from '../../../messages/catalogue.ts'

export const fr: Translation<typeof en> = {
  title: 'Calcul et file d’attente',
  slots: (used, all) => `${used} emplacements occupés sur ${all}`,
  slot: (number) => `Emplacement ${number}`,
  free: 'libre',
  compute: 'Calcul',
  running: 'Qui occupe un emplacement',
  waiting: (count) => `Qui en attend un : ${count}`,
  shown: (count) => `Les ${count} prochaines sont affichées.`,
  idle: 'Rien ne tourne et rien n’attend.',
  idleBody:
    'Les étapes en cours, et celles qui attendent un emplacement avec leur rang et le moment de leur tour, apparaissent ici.',
  nobody: 'Personne n’attend : une étape prête démarre aussitôt.',
  columns: {
    place: 'Rang',
    step: 'Étape',
    pipeline: 'Pipeline',
    experiment: 'Expérience',
    priority: 'Priorité',
    status: 'État',
    since: 'Depuis',
    before: 'Durée passée',
    left: 'Reste',
    starts: 'Début',
    why: 'Pourquoi elle attend',
  },
  priorities: { low: 'basse', medium: 'moyenne', high: 'haute' },
  inTime: (time) => `dans environ ${time}`,
  unknown: 'inconnu : elle, ou une avant elle, n’a jamais tourné',
  overdue: 'plus longtemps qu’avant',
}
