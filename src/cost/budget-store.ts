import type { Tables } from '../database/database.ts'

/** A limit of a budget that was met, within one window, by one subject (a job, or the scope itself). */
export interface BudgetMark {
  readonly budget: string
  readonly subject: string
  readonly windowStartMs: number
  readonly mark: 'warned' | 'exceeded'
  readonly atMs: number
}

type BudgetTables = {
  budget_mark: {
    workspace: string
    budget: string
    subject: string
    window_start_ms: number
    mark: string
    at_ms: number
  }
}

const workspace = 'default'

/** Notes that a limit was met; false where that is noted already. */
export async function insertMark(tables: Tables, mark: BudgetMark): Promise<boolean> {
  const result = await tables
    .withTables<BudgetTables>()
    .insertInto('budget_mark')
    .values({
      workspace,
      budget: mark.budget,
      subject: mark.subject,
      window_start_ms: mark.windowStartMs,
      mark: mark.mark,
      at_ms: mark.atMs,
    })
    .onConflict((conflict) =>
      conflict.columns(['workspace', 'budget', 'subject', 'window_start_ms', 'mark']).doNothing(),
    )
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}
