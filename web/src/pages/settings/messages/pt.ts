import type { Translation } from '../../../messages/catalogue.ts'
import type { en } from './en.ts'

export const pt: Translation<typeof en> = {
  title: 'Definições',
  you: 'Para si, neste navegador',
  shortcuts: 'Atalhos de uma letra',
  shortcutsHint: 'Como g j ou ?. Ctrl-K e as teclas dentro das tabelas ficam.',
  on: 'Ligados',
  off: 'Desligados',
  server: 'Este servidor',
  serverHint:
    'As definições do servidor fazem-se onde ele é iniciado: por uma opção, uma variável ou o ficheiro de configuração.',
  address: 'Endereço',
  version: 'Versão',
  process: 'Processo',
  started: 'Iniciado',
  memory: 'Memória',
  database: 'Base de dados',
  folder: 'Armazém',
  jobs: 'Tarefas',
  jobCounts: (running, queued) => `${running} a correr, ${queued} à espera`,
  checks: 'Armazém',
  checkNow: 'Verificar o armazém',
  checkHint: 'Examina a base de dados e o espaço livre; com muitas execuções demora um pouco.',
  ok: 'Em ordem',
  notOk: 'Problema',
  connect: 'Usar de outro lado',
  mlflow: 'Cliente mlflow',
  cli: 'Linha de comandos',
  openapi: 'Interface REST',
}
