/** Sends mails: a port, since who only looks at a store loads no mail library. */
export interface Mailer {
  /** Hands a mail to the mail server; throws where it does not take it. The same id makes the same Message-ID. */
  send(mail: Mail): Promise<void>
}

interface Mail {
  readonly id: string
  readonly to: string
  readonly subject: string
  readonly text: string
}
