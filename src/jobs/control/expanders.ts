import type { ContentStore } from '../../artifacts/content-store.ts'
import { expandDoWhile } from './do-while.ts'
import type { Expanders } from './expander.ts'
import { parallelForExpander } from './parallel-for.ts'
import { type SweepDeps, sweepExpander } from './sweep.ts'

/** Every kind of control step. */
export function makeExpanders(deps: SweepDeps & { readonly content: ContentStore }): Expanders {
  return { do_while: expandDoWhile, parallel_for: parallelForExpander(deps.content), sweep: sweepExpander(deps) }
}
