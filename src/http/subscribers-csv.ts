import { stringify } from 'csv-stringify/sync';
import type { Subscriber } from '../manage/subscriber-queries.ts';
import { isoTime, isoTimeOrNull } from '../text/time.ts';
import { subscriptionDocument } from './documents.ts';

const COLUMNS = [
  ...['email', 'components', 'status', 'source', 'created_at', 'verified_at', 'unsubscribed_at'],
  'suppressed_reason',
];
/** Cells that a spreadsheet would run get an apostrophe in front; `record_delimiter` as in RFC 4180. */
const FORM = { escape_formulas: true, record_delimiter: '\r\n' } as const;

/**
 * Subscribers as CSV, a piece per step; an import takes it again.
 *
 * @param followed the cell that says what one follows
 */
export async function* subscribersCsv(
  steps: AsyncIterable<Subscriber[]>,
  followed: (one: Subscriber) => string,
): AsyncGenerator<string> {
  yield stringify([COLUMNS], FORM);
  for await (const step of steps)
    yield stringify(
      step.map((one) => cellsOf(one, followed(one))),
      FORM,
    );
}

function cellsOf(one: Subscriber, followed: string): (string | null)[] {
  const { email, status } = subscriptionDocument(one);
  const times = [isoTime(one.createdAt), isoTimeOrNull(one.verifiedAt), isoTimeOrNull(one.unsubscribedAt)];
  return [email, followed, status, one.source, ...times, one.suppressedReason];
}
