import type { Translation } from '../../../messages/catalogue.ts'
import type { en } from './en.ts'

export const fr: Translation<typeof en> = {
  title: 'Réglages',
  you: 'Pour vous, dans ce navigateur',
  shortcuts: 'Raccourcis d’une lettre',
  shortcutsHint: 'Comme g j ou ?. Ctrl-K et les touches dans les tableaux restent.',
  on: 'Activés',
  off: 'Désactivés',
  server: 'Ce serveur',
  serverHint:
    'Les réglages du serveur se font là où il est démarré : par une option, une variable ou son fichier de configuration.',
  address: 'Adresse',
  version: 'Version',
  process: 'Processus',
  started: 'Démarré',
  memory: 'Mémoire',
  database: 'Base de données',
  folder: 'Stockage',
  jobs: 'Tâches',
  jobCounts: (running, queued) => `${running} en cours, ${queued} en attente`,
  checks: 'Stockage',
  checkNow: 'Vérifier le stockage',
  checkHint: 'Examine la base de données et l’espace libre ; avec beaucoup d’exécutions cela prend du temps.',
  ok: 'En ordre',
  notOk: 'Problème',
  connect: 'L’utiliser d’ailleurs',
  mlflow: 'Client mlflow',
  cli: 'Ligne de commande',
  openapi: 'Interface REST',
}
