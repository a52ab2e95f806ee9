import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { openDesk } from '../mail/desk.ts';
import { startSink, type Taken } from '../mail/sink.ts';
import { type Daymark, freshDataDir, startDaymark } from '../server/daymark.ts';
import { firstPage } from '../server/first-page.ts';

export interface MailCrashReport {
  mails: number;
  kills: number;
  /** Connections of the server to the sink at most. */
  connections: number;
  /** Subscribers whom nothing reached. */
  missing: string[];
  /** Mails beyond the first to one subscriber. */
  repeats: number;
  /** Repeats that carry another Message-ID than the first. */
  changed: string[];
  /** Deliveries that are not noted as sent at the end. */
  unnoted: number;
}

export interface MailCrashOptions {
  mails: number;
  /** Kills at least; more come when mails are left. */
  kills: number;
  /** Called after each kill. */
  progress?: (kills: number, taken: number) => void;
}

const CONNECTIONS = 6;
const DONE_WITHIN_MS = 120_000;

/**
 * Kills a real server with SIGKILL again and again while it mails an incident to its subscribers; the mail server goes on.
 * Answers what was seen.
 */
export async function mailCrashLoop(options: MailCrashOptions): Promise<MailCrashReport> {
  const sink = await startSink({ parse: false });
  const dataDir = freshDataDir();
  const env = { SMTP_URL: `${sink.url}?connections=${CONNECTIONS}`, MAIL_FROM: 'status@mail.example' };
  let server = await startDaymark({ dataDir, env });
  let kills = 0;
  try {
    const page = await firstPage(server, { name: 'Crash', slug: 'crash' });
    const desk = await openDesk(dataDir);
    const addresses = Array.from({ length: options.mails }, (_, n) => `reader-${n}@example.com`);
    await desk.subscribeAll(page.id, addresses);
    const incident = { title: 'Down', body: 'We are looking into it.' };
    const made = await server.api('POST', '/api/v1/pages/crash/incidents', incident);
    if (made.status !== 201) throw new Error(`no incident was made: ${made.status} ${made.text}`);
    const reached = () => new Set(sink.taken.map(({ to }) => to[0])).size;
    const stretch = Math.ceil(options.mails / (options.kills + 1));
    while (kills < options.kills && reached() < options.mails) {
      const enough = sink.taken.length + randomInt(1, stretch * 2);
      await during(server, () => sink.taken.length >= enough || reached() >= options.mails);
      await pause(randomInt(10));
      await server.kill();
      kills++;
      options.progress?.(kills, sink.taken.length);
      server = await startDaymark({ dataDir, env, key: server.key });
    }
    const waiting = async () =>
      (
        await desk.store.read.all<{ n: number }>(
          sql`select (select count(*) from outbox where fanned_out_at is null)
          + (select count(*) from deliveries where state <> 'sent') as n`,
        )
      )[0]!.n;
    const end = performance.now() + DONE_WITHIN_MS;
    while ((await waiting()) > 0 && performance.now() < end) await pause(20);
    const unnoted = await waiting();
    await desk.close();
    return {
      ...judged(addresses, sink.taken),
      mails: options.mails,
      kills,
      connections: CONNECTIONS - 1,
      unnoted,
    };
  } finally {
    await server.kill();
    await sink.close();
  }
}

async function during(server: Daymark, isEnough: () => boolean): Promise<void> {
  const end = performance.now() + DONE_WITHIN_MS;
  while (!isEnough()) {
    if (performance.now() > end)
      throw new Error(`no mail goes out any more:\n${server.output().slice(-2_000)}`);
    await pause(1);
  }
}

function judged(
  addresses: readonly string[],
  taken: readonly Taken[],
): Pick<MailCrashReport, 'missing' | 'repeats' | 'changed'> {
  const ids = new Map<string, string>();
  const changed: string[] = [];
  for (const { to, raw } of taken) {
    const id = /^Message-ID: *(?:\r\n )?(\S+)/im.exec(raw.toString('latin1'))?.[1] ?? 'none';
    const first = ids.get(to[0]!);
    if (first !== undefined && first !== id) changed.push(`${to[0]}: ${first}, then ${id}`);
    ids.set(to[0]!, first ?? id);
  }
  return {
    missing: addresses.filter((address) => !ids.has(address)),
    repeats: taken.length - ids.size,
    changed,
  };
}
