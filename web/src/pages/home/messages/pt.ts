import type { Translation } from '../../../messages/catalogue.ts'
import type { en } from './en.ts'

export const pt: Translation<typeof en> = {
  title: 'Início',
  empty: 'Ainda nada correu aqui',
  emptyBody:
    'Escreva um pipeline em YAML e execute-o: as tarefas, os registos, as métricas e os modelos aparecem aqui.',
}
