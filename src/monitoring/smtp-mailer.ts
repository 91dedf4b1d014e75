import { SluiceError } from '../base/errors.ts'
import type { Mailer } from './mailer.ts'

const timeoutMs = 15_000

/**
 * A mailer that hands mails to the SMTP server of a URL (`smtp://HOST:587`, `smtps://USER:PASSWORD@HOST`); STARTTLS is used
 * where the server offers it. Throws `invalid-setting` for what is no such URL; what it throws never holds the password.
 */
export function smtpMailer({ url, from }: { readonly url: string; readonly from: string }): Mailer {
  const parsed = URL.parse(url)
  if (parsed === null || !['smtp:', 'smtps:'].includes(parsed.protocol) || parsed.hostname === '')
    throw new SluiceError('invalid-setting', 'smtp_url is no address of a mail server.', {
      hint: 'Write smtp://HOST:587, or smtps://USER:PASSWORD@HOST with %40 for an @ in the name or password.',
    })
  const isTls = parsed.protocol === 'smtps:'
  const user = decodeURIComponent(parsed.username)
  const pass = decodeURIComponent(parsed.password)
  const options = {
    host: parsed.hostname,
    port: parsed.port === '' ? (isTls ? 465 : 587) : Number(parsed.port),
    secure: isTls,
    ...(user !== '' && { auth: { user, pass } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  }
  return {
    async send({ id, to, subject, text }) {
      // Loaded when the first mail is sent.
      const { createTransport } = await import('nodemailer')
      const transport = createTransport(options)
      try {
        await transport.sendMail({
          from,
          to: { address: to, name: '' },
          subject,
          text,
          messageId: `<${id}@sluiceworks>`,
        })
      } catch (error) {
        const said = error instanceof Error ? error.message : String(error)
        throw new SluiceError('internal', masked(said, [pass, Buffer.from(pass).toString('base64')]))
      } finally {
        transport.close()
      }
    },
  }
}

function masked(text: string, secrets: readonly string[]): string {
  return secrets.reduce((shown, secret) => (secret === '' ? shown : shown.replaceAll(secret, '***')), text)
}
