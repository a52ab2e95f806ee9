import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDesk } from '../mail/desk.ts';
import { type Sink, startSink } from '../mail/sink.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage, until } from '../server/first-page.ts';

const READERS = 5_000;
/** The server is killed when so many mails were taken. */
const KILLED_AT = [200, 1_500, 2_800, 4_100];
/** Of the process, one of them for letters alone. */
const CONNECTIONS = 10;
const WITHIN_MS = 600_000;

const idOf = (raw: Buffer) => /^message-id: (\S+)/im.exec(raw.toString('latin1'))?.[1];

describe(`A server that is killed with -9 again and again while ${READERS.toLocaleString('en')} mails go out`, () => {
  let sink: Sink;
  let daymark: Daymark;
  const readers = Array.from({ length: READERS }, (_, n) => `reader-${n}@example.com`);
  const given = new Map<string, Set<string | undefined>>();
  /** Mails that were taken once more. */
  let repeated = 0;

  beforeAll(async () => {
    sink = await startSink({ parse: false });
    const env = { SMTP_URL: `${sink.url}?connections=${CONNECTIONS}`, MAIL_FROM: 'status@mail.example' };
    daymark = await startDaymark({ env });
    const { dataDir, key } = daymark;
    const page = await firstPage(daymark, { name: 'Acme', slug: 'acme' });
    const desk = await openDesk(dataDir);
    await desk.subscribeAll(page.id, readers);
    await desk.close();
    const made = await daymark.api('POST', '/api/v1/pages/acme/incidents', { title: 'Down', body: 'x' });
    expect(made.status).toBe(201);
    let looked = 0;
    for (const [kills, at] of [...KILLED_AT, Number.POSITIVE_INFINITY].entries()) {
      if (kills > 0) {
        await daymark.kill();
        daymark = await startDaymark({ dataDir, key, env });
      }
      await until(
        async () => {
          for (; looked < sink.taken.length; looked++) {
            const { to, raw } = sink.taken[looked]!;
            const ids = given.get(to[0]!) ?? new Set();
            if (ids.size > 0) repeated++;
            given.set(to[0]!, ids.add(idOf(raw)));
          }
          return looked >= at || (given.size === READERS && (await isDone()));
        },
        `${at} mails are taken`,
        WITHIN_MS,
      );
    }
  }, WITHIN_MS);

  afterAll(async () => {
    await daymark.stop();
    await sink.close();
  });

  async function isDone(): Promise<boolean> {
    const list = await daymark.api('GET', '/api/v1/pages/acme/notifications');
    const [event] = list.body as { complete: boolean; email: { pending: number } }[];
    return event?.complete === true && event.email.pending === 0;
  }

  test('leaves nobody out', () => {
    expect(readers.filter((address) => !given.has(address))).toEqual([]);
    expect([...given.keys()].length).toBe(READERS);
  });

  test('repeats at most one mail per connection and kill', () => {
    expect(repeated).toBeLessThanOrEqual(KILLED_AT.length * CONNECTIONS);
    const facts = [`${READERS} mails`, `${KILLED_AT.length} kills`, `${CONNECTIONS} connections`];
    process.stdout.write(`${facts.join(', ')}: ${repeated} repeated\n`);
  });

  test('gives a repeated mail the Message-ID that it had', () => {
    const wrong = [...given].filter(([, ids]) => ids.size !== 1 || ids.has(undefined));
    expect(wrong).toEqual([]);
  });
});
