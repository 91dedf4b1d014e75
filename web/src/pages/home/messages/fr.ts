import type { Translation } from '../../../messages/catalogue.ts'
import type { en } from './en.ts'

export const fr: Translation<typeof en> = {
  title: 'Accueil',
  empty: 'Rien n’a encore tourné ici',
  emptyBody:
    'Commencez d’ici par un exemple : sa tâche, le journal, les métriques et le modèle apparaissent à mesure qu’il tourne.',
  examples: 'Commencez ici',
  steps: {
    own: {
      title: 'Se l’approprier',
      body: 'Une copie d’un exemple dans un dossier à vous : changez son YAML et son code, puis lancez-le de là.',
    },
    track: {
      title: 'Suivre depuis votre propre code',
      body: 'Le client mlflow n’a besoin que de ceci ; expériences, exécutions et modèles apparaîtront ici.',
    },
    import: {
      title: 'Apporter ce que vous avez',
      body: 'Expériences, exécutions, traces et modèles enregistrés viennent d’un autre serveur MLflow, avec leurs identifiants.',
    },
  },
  figures: {
    running: 'tâches en cours',
    queued: 'tâches en attente',
    failedToday: 'échouées en 24 h',
    troubled: 'points de terminaison en difficulté',
    alerts: 'alertes que personne n’a vues',
    upcoming: 'déclenchements d’ici 24 h',
  },
  alerts: 'Alertes ouvertes',
  alertOpen: 'Ouverte',
  alertSeen: 'Vue',
  recent: 'Dernières tâches',
  noJobs: 'Pas encore de tâche.',
  failed: 'Derniers échecs',
  noFailed: 'Rien n’a échoué.',
  upcoming: 'Prochaines 24 heures',
  noUpcoming: 'Aucune planification ne se déclenche dans les prochaines 24 heures.',
  moreFirings: (count) => `et ${count} de plus`,
  endpoints: 'Points de terminaison',
  noEndpoints: 'Rien n’est encore servi.',
  serving: 'En service',
  troubled: 'Problème',
  noDeployment: 'Aucun déploiement',
  server: 'Ce serveur',
  state: {
    version: 'Version',
    started: 'Démarré',
    memory: 'Mémoire',
    database: 'Base de données',
    folder: 'Stockage',
  },
}
