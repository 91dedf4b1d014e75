import { lastEventId, openEventStream, wantsEventStream } from '../../server/event-stream.ts'
import type { Route } from '../../server/route.ts'
import { eventFeed } from './event-feed.ts'
import type { EventSource } from './event-feed.ts'
import { EventList, EventQuery } from './messages.ts'
import { toEventMessage } from './translate.ts'

/** What happened, by cursor: as one page of JSON, or live for a reader that accepts `text/event-stream`. */
export function eventRoutes(events: EventSource): readonly Route[] {
  const feed = eventFeed(events)
  return [
    {
      method: 'GET',
      url: '/api/v1/events',
      permission: 'read',
      summary:
        'Read events after a sequence number; as a stream (Accept: text/event-stream) it resumes from Last-Event-ID.',
      query: EventQuery,
      response: EventList,
      handler: async (request, reply) => {
        const { after = 0, subject, limit = 100 } = request.query as EventQuery
        const ofSubject = subject !== undefined && { subject }
        if (!wantsEventStream(request))
          return {
            items: (await events.read({ after, limit, ...ofSubject })).map(toEventMessage),
            latest_seq: await events.latestSeq(),
          }
        feed.follow(openEventStream(request, reply), { after: lastEventId(request) ?? after, ...ofSubject })
        return reply
      },
    },
  ]
}
