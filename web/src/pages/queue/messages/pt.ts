import type { en } from './en.ts'
import type { Translation } from '../../../messages/catalogue.ts'

export const pt: Translation<typeof en> = {
  title: 'Computação e fila',
  slots: (used, all) => `${used} de ${all} lugares ocupados`,
  slot: (number) => `Lugar ${number}`,
  free: 'livre',
  compute: 'Computação',
  running: 'Quem tem um lugar',
  waiting: (count) => `Quem espera por um: ${count}`,
  shown: (count) => `São mostrados os próximos ${count}.`,
  idle: 'Nada corre e nada espera.',
  idleBody: 'Os passos que correm, e os que esperam por um lugar com a sua posição e a hora da sua vez, aparecem aqui.',
  nobody: 'Ninguém espera: um passo que fica pronto começa logo.',
  columns: {
    place: 'Posição',
    step: 'Passo',
    pipeline: 'Pipeline',
    experiment: 'Experiência',
    priority: 'Prioridade',
    status: 'Estado',
    since: 'Há',
    before: 'Demorou antes',
    left: 'Falta',
    starts: 'Começa',
    why: 'Porque espera',
  },
  priorities: { low: 'baixa', medium: 'média', high: 'alta' },
  inTime: (time) => `dentro de cerca de ${time}`,
  unknown: 'desconhecido: ele, ou um antes dele, nunca correu',
  overdue: 'mais tempo do que antes',
}
