import { toast } from './toasts.tsx'

/** Says that something was done, or why not in the server's words; whether it was done. */
export async function told(doing: Promise<unknown>, done: string): Promise<boolean> {
  try {
    await doing
    toast(done)
    return true
  } catch (error) {
    toast(error instanceof Error ? error.message : String(error), 'failed')
    return false
  }
}
