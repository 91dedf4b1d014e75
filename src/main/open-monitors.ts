import type { BreachActions } from '../monitoring/breach-actions.ts'
import { AlertNotifier } from '../monitoring/alert-notifier.ts'
import { MonitorRunner } from '../monitoring/monitor-runner.ts'
import { Monitors } from '../monitoring/monitors.ts'
import { smtpMailer } from '../monitoring/smtp-mailer.ts'
import { silentLog } from '../base/log.ts'
import type { EngineJobService } from '../jobs/engine-job-service.ts'
import type { CollectedPayloads } from '../serving/payloads/collected-payloads.ts'
import type { ServedMinutes } from '../serving/observe/served-minutes.ts'
import { findTable } from './find-table.ts'
import type { Store } from './open-store.ts'
import { reachPoint } from './reach-point.ts'
import type { Opened, OpenServerOptions } from './server-options.ts'

interface MonitorParts {
  readonly store: Store
  readonly jobs: EngineJobService
  readonly payloads: CollectedPayloads
  readonly breach: BreachActions
  readonly minutes: ServedMinutes
  readonly closing: Opened['closing']
}

/** Monitors, and what computes them and tells people once it is started. */
export function openMonitors(
  { settings, environment, log = silentLog, firesByItself = false }: OpenServerOptions,
  { store, jobs, payloads, breach, minutes, closing }: MonitorParts,
): { readonly monitors: Monitors; readonly start: () => void } {
  const { context } = store
  const { smtpUrl, smtpFrom, alertWebhookSecret: secret } = settings
  const mailer = smtpUrl === undefined ? undefined : smtpMailer({ url: smtpUrl, from: smtpFrom })
  const common = {
    ...context,
    allowedHosts: settings.webhookHosts,
    reach: reachPoint(environment['SLUICE_CRASH_AT']),
    warn: (message: string) => log.write('warn', message),
  }
  const notifier = new AlertNotifier({
    ...common,
    ...(mailer !== undefined && { mailer }),
    ...(secret !== undefined && { secret }),
  })
  const runner = new MonitorRunner({
    ...common,
    ...{ firesByItself, jobs, payloads },
    tables: store.tables,
    flushMinutes: () => minutes.flush(),
    find: findTable(store),
    assets: store.assets.catalogue,
    stored: () => {
      notifier.wake()
      breach.wake()
    },
  })
  closing.unshift(async () => {
    await runner.close()
    await notifier.close()
  })
  return {
    monitors: new Monitors({ ...common, breach, runner, hasMailer: mailer !== undefined }),
    start: () => {
      runner.wake()
      notifier.wake()
    },
  }
}
