import { expect, test } from 'vitest';
import { startStandIn } from '../libsql/server.ts';
import { openDeskOn } from '../mail/desk.ts';
import { startSink } from '../mail/sink.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage, until } from '../server/first-page.ts';

const READERS = 120;
/** Of one process, for mails about events. */
const CONNECTIONS = 3;

/** Mails about events that a process has sent. */
async function sentBy(daymark: Daymark): Promise<number> {
  const { text } = await daymark.api('GET', '/metrics');
  return Number(/^daymark_mails_sent_total\{lane="email"\} (\d+)$/m.exec(text)?.[1] ?? 0);
}

test('Two processes on one libSQL server share the mails of an event, and nobody gets it twice', async () => {
  const database = await startStandIn();
  const sink = await startSink({ parse: false });
  // Nobody's first mail is taken before both processes are connected.
  let release = () => {};
  const bothThere = new Promise<void>((resolve) => {
    release = resolve;
  });
  sink.fault = async (step) => {
    if (sink.connections > CONNECTIONS) release();
    if (step === 'mail') await bothThere;
    return null;
  };
  const env = {
    ...database.env,
    SMTP_URL: `${sink.url}?connections=${CONNECTIONS + 1}`,
    MAIL_FROM: 'status@mail.example',
  };
  const one = await startDaymark({ env });
  const two = await startDaymark({ env, key: one.key });
  try {
    const page = await firstPage(one, { name: 'Acme', slug: 'acme' });
    const { DATABASE_AUTH_TOKEN: authToken = '', SECRET_KEY = '' } = database.env;
    const desk = openDeskOn({ url: database.url, authToken }, SECRET_KEY);
    const readers = Array.from({ length: READERS }, (_, n) => `reader-${n}@example.com`);
    await desk.subscribeAll(page.id, readers);
    await desk.close();
    const made = await two.api('POST', '/api/v1/pages/acme/incidents', { title: 'Down', body: 'x' });
    expect(made.status).toBe(201);
    await until(async () => {
      const list = await one.api('GET', '/api/v1/pages/acme/notifications');
      const [event] = list.body as { complete: boolean; email: { sent: number } }[];
      return event?.complete === true && event.email.sent === READERS;
    }, 'all are noted as sent');
    expect(sink.taken.map(({ to }) => to[0]).toSorted()).toEqual(readers.toSorted());
    const [first, second] = await Promise.all([sentBy(one), sentBy(two)]);
    expect(first + second).toBe(READERS);
    expect(Math.min(first, second)).toBeGreaterThan(0);
  } finally {
    await Promise.all([one.stop(), two.stop()]);
    await sink.close();
    await database.kill();
  }
});
