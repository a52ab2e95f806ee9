import { sql } from 'drizzle-orm';
import type { Services } from '../services.ts';

export interface MailState {
  way: 'smtp' | 'files';
  /** A symbol while nothing goes out, whoever's mail it is; null when all is well. */
  error: string | null;
  failing_since: string | null;
  retry_at: string | null;
  letters_waiting: number;
  mails_waiting: number;
  webhooks_waiting: number;
  /** Events that are not yet turned into deliveries. */
  events_waiting: number;
  /** Letters that were given up in the last thirty days. */
  letters_failed: number;
}

const FAILED_SHOWN_MS = 30 * 24 * 3_600_000;

/** How mail does, from the database: any process can say it. */
export async function mailState({ store, config, now }: Services): Promise<MailState> {
  const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  const waiting = (channel: string) =>
    sql`(select count(*) from deliveries where channel = ${channel} and state = 'pending')`;
  const [row] = await store.read.all<{
    error: string | null;
    since: number | null;
    until: number | null;
    letters: number;
    mails: number;
    webhooks: number;
    events: number;
    failed: number;
  }>(sql`select l.error, l.failing_since as since, l.paused_until as until,
    (select count(*) from letters where state = 'pending') as letters, ${waiting('email')} as mails,
    ${waiting('webhook')} as webhooks, (select count(*) from outbox where fanned_out_at is null) as events,
    (select count(*) from letters where state = 'failed' and created_at > ${now() - FAILED_SHOWN_MS}) as failed
    from (select 1) left join lanes l on l.name = 'email'`);
  return {
    way: config.mail.smtp ? 'smtp' : 'files',
    error: row?.error ?? null,
    failing_since: iso(row?.since ?? null),
    retry_at: iso(row?.until ?? null),
    letters_waiting: row?.letters ?? 0,
    mails_waiting: row?.mails ?? 0,
    webhooks_waiting: row?.webhooks ?? 0,
    events_waiting: row?.events ?? 0,
    letters_failed: row?.failed ?? 0,
  };
}
