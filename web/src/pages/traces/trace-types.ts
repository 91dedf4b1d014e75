import type { components } from '../../api.gen.ts'

export type TraceRow = components['schemas']['Trace']
export type Trace = components['schemas']['WholeTrace']
export type Span = Trace['spans'][number]
export type WholeSpan = components['schemas']['WholeSpan']
export type Assessment = Trace['assessments'][number]
