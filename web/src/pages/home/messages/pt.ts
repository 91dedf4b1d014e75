import type { Translation } from '../../../messages/catalogue.ts'
import type { en } from './en.ts'

export const pt: Translation<typeof en> = {
  title: 'Início',
  empty: 'Ainda nada correu aqui',
  emptyBody: 'Comece aqui por um exemplo: a tarefa, o registo, as métricas e o modelo aparecem à medida que corre.',
  examples: 'Comece aqui',
  steps: {
    own: {
      title: 'Fazer dele o seu',
      body: 'Uma cópia de um exemplo numa pasta sua: mude o YAML e o código e execute-a a partir daí.',
    },
    track: {
      title: 'Registar a partir do seu código',
      body: 'O cliente mlflow só precisa disto; experiências, execuções e modelos aparecem depois aqui.',
    },
    import: {
      title: 'Trazer o que já tem',
      body: 'Experiências, execuções, rastos e modelos registados vêm de outro servidor MLflow, com os seus identificadores.',
    },
  },
  figures: {
    running: 'tarefas a correr',
    queued: 'tarefas à espera',
    failedToday: 'falharam em 24 h',
    troubled: 'pontos de acesso com problemas',
    alerts: 'alertas que ninguém viu',
    upcoming: 'disparam nas próximas 24 h',
  },
  alerts: 'Alertas abertos',
  alertOpen: 'Aberto',
  alertSeen: 'Visto',
  recent: 'Últimas tarefas',
  noJobs: 'Ainda sem tarefas.',
  failed: 'Falhas recentes',
  noFailed: 'Nada falhou.',
  upcoming: 'Próximas 24 horas',
  noUpcoming: 'Nenhuma agenda dispara nas próximas 24 horas.',
  moreFirings: (count) => `e mais ${count}`,
  endpoints: 'Pontos de acesso',
  noEndpoints: 'Ainda nada é servido.',
  serving: 'A servir',
  troubled: 'Problema',
  noDeployment: 'Sem implantação',
  server: 'Este servidor',
  state: {
    version: 'Versão',
    started: 'Iniciado',
    memory: 'Memória',
    database: 'Base de dados',
    folder: 'Armazém',
  },
}
