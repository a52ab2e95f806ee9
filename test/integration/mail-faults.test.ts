import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Desk, openDesk } from '../mail/desk.ts';
import { type Fault, type Sink, startSink } from '../mail/sink.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage, type MadePage, until } from '../server/first-page.ts';
import { type Gate, type GateState, startGate } from '../server/gate.ts';

interface Delivery {
  email: string;
  state: string;
  attempts: number;
  error: string | null;
}

const ENV = { MAIL_FROM: 'status@mail.example' };

async function open(daymark: Daymark, title: string): Promise<string> {
  const body = { title, body: 'We are looking into it.' };
  const answer = await daymark.api('POST', '/api/v1/pages/acme/incidents', body, { prefer: 'wait=30' });
  expect(answer.status).toBe(201);
  expect(answer.headers['preference-applied']).toBe('wait');
  const list = await daymark.api('GET', '/api/v1/pages/acme/notifications?per_page=1');
  return (list.body as { id: string }[])[0]!.id;
}

async function deliveriesOf(daymark: Daymark, id: string): Promise<Map<string, Delivery>> {
  const answer = await daymark.api('GET', `/api/v1/pages/acme/notifications/${id}/deliveries`);
  return new Map((answer.body as Delivery[]).map((one) => [one.email, one]));
}

describe('What a mail server says of one mail concerns that mail alone', () => {
  let sink: Sink;
  let daymark: Daymark;
  let desk: Desk;
  let told: Map<string, Delivery>;
  const first = (count: number, reply: string) => (count === 1 ? reply : null);
  const replies: Record<string, (step: string, count: number) => string | null> = {
    'unknown@example.com': (step) => (step === 'rcpt' ? '550 5.1.1 No such user' : null),
    'nodomain@example.com': (step) => (step === 'rcpt' ? '550 5.1.2 No such domain' : null),
    'policy@example.com': (step) => (step === 'rcpt' ? '550 5.7.1 Listed' : null),
    'plain@example.com': (step) => (step === 'rcpt' ? '550 No' : null),
    'full@example.com': (step) => (step === 'rcpt' ? '552 5.2.2 Mailbox full' : null),
    'large@example.com': (step) => (step === 'data' ? '552 5.3.4 Too large' : null),
    'spam@example.com': (step) => (step === 'data' ? '550 5.7.1 Spam' : null),
    'notthere@example.com': (step) => (step === 'data' ? '550 5.1.1 No such user after all' : null),
    'grey@example.com': (step, count) => (step === 'rcpt' ? first(count, '450 4.2.0 Greylisted') : null),
    'busy@example.com': (step, count) => (step === 'data' ? first(count, '451 4.3.0 Busy') : null),
    'leaving@example.com': (step, count) => (step === 'rcpt' ? first(count, '421 4.3.2 Closing') : null),
    'cut@example.com': (step, count) => (step === 'data' && count <= 2 ? 'close' : null),
  };

  beforeAll(async () => {
    sink = await startSink({ server: { hideSMTPUTF8: true } as object });
    sink.fault = ((step, to, count) => replies[to]?.(step, count) ?? null) satisfies Fault;
    daymark = await startDaymark({ env: { SMTP_URL: `${sink.url}?timeout=5`, ...ENV } });
    const page = await firstPage(daymark, { name: 'Acme', slug: 'acme' });
    desk = await openDesk(daymark.dataDir);
    for (const email of [
      ...Object.keys(replies),
      'jürgen@example.com',
      'good@example.com',
      'ann@exämple.com',
    ])
      await desk.subscribe(page.id, email);
    const id = await open(daymark, 'Down');
    await until(async () => {
      told = await deliveriesOf(daymark, id);
      return told.size > 0 && [...told.values()].every(({ state }) => state !== 'pending');
    }, 'nothing waits any more');
  });

  afterAll(async () => {
    await desk.close();
    await daymark.stop();
    await sink.close();
  });

  const outcome = (email: string) => {
    const { state, error } = told.get(email)!;
    return error === null ? state : `${state}: ${error}`;
  };

  test('what it takes is sent, once', () => {
    expect(outcome('good@example.com')).toBe('sent');
    expect(sink.for('good@example.com')).toHaveLength(1);
    expect(outcome('ann@exämple.com')).toBe('sent');
    expect(sink.for('ann@exämple.com')).toHaveLength(1);
  });

  test('what it refuses for the moment is tried again, with the same Message-ID', () => {
    for (const email of ['grey@example.com', 'busy@example.com', 'leaving@example.com', 'cut@example.com']) {
      expect([email, outcome(email)]).toEqual([email, 'sent']);
      expect(sink.for(email)).toHaveLength(1);
    }
    expect(told.get('grey@example.com')!.attempts).toBe(2);
  });

  test('what it refuses for good is given up, and says why', () => {
    expect(outcome('policy@example.com')).toBe('failed: recipient_refused');
    expect(outcome('plain@example.com')).toBe('failed: recipient_refused');
    expect(outcome('full@example.com')).toBe('failed: mailbox_full');
    expect(outcome('large@example.com')).toBe('failed: message_too_large');
    expect(outcome('spam@example.com')).toBe('failed: message_refused');
    expect(outcome('notthere@example.com')).toBe('failed: message_refused');
    expect(outcome('jürgen@example.com')).toBe('failed: smtputf8_unsupported');
  });

  test('nothing more is sent to a mailbox that is not there, and to no other', async () => {
    const rows = await desk.store.read.all<{ email: string; reason: string }>(
      sql`select email, suppressed_reason as reason from subscribers where suppressed_at is not null order by email`,
    );
    expect(rows).toEqual([
      { email: 'nodomain@example.com', reason: 'domain_unknown' },
      { email: 'unknown@example.com', reason: 'mailbox_unknown' },
    ]);
    const id = await open(daymark, 'Again');
    await until(
      async () => (await deliveriesOf(daymark, id)).get('good@example.com')?.state === 'sent',
      'it is sent',
    );
    expect((await deliveriesOf(daymark, id)).has('unknown@example.com')).toBe(false);
  });

  test('each state is counted, in the answer and in the metrics', async () => {
    const [, event] = (await daymark.api('GET', '/api/v1/pages/acme/notifications')).body as {
      event: string;
      complete: boolean;
      email: Record<string, number>;
      estimated_done_at: string | null;
    }[];
    expect(event).toMatchObject({ event: 'incident.created', complete: true, estimated_done_at: null });
    expect(event!.email).toEqual({ sent: 6, failed: 9, pending: 0, folded: 0, cancelled: 0 });
    const failed = await daymark.api('GET', `/api/v1/pages/acme/notifications?per_page=2`);
    const { id } = (failed.body as { id: string }[])[1]!;
    const list = await daymark.api('GET', `/api/v1/pages/acme/notifications/${id}/deliveries?state=failed`);
    expect(list.headers['x-total-count']).toBe('9');
    expect(list.body).toHaveLength(9);
    const metrics = (await daymark.api('GET', '/metrics')).text;
    expect(metrics).toMatch(/daymark_mails_failed_total\{lane="email"\} (9|1\d)\n/);
    expect(metrics).toMatch(/daymark_mail_failing_seconds\{lane="email"\} 0\n/);
  });
});

describe('What keeps all mail from leaving stops the lane, is shown, and loses nothing', () => {
  let sink: Sink;
  let gate: Gate;
  let daymark: Daymark;
  let desk: Desk;
  let page: MadePage;

  beforeAll(async () => {
    sink = await startSink({ user: 'me', password: 'se:cret' });
    gate = await startGate(sink.port);
    const url = `smtp://me:se%3Acret@127.0.0.1:${gate.port}?timeout=3`;
    daymark = await startDaymark({ env: { SMTP_URL: url, ...ENV } });
    page = await firstPage(daymark, { name: 'Acme', slug: 'acme' });
    desk = await openDesk(daymark.dataDir);
    await desk.subscribe(page.id, 'ann@example.com');
    await desk.subscribe(page.id, 'bob@example.com');
  });

  afterAll(async () => {
    await desk.close();
    await daymark.stop();
    await gate.close();
    await sink.close();
  });

  const state = async () => {
    const answer = await daymark.api('GET', '/readyz');
    expect(answer.status).toBe(200);
    return (answer.body as { mail: { error: string | null; mails_waiting: number } }).mail;
  };

  const cases: [what: string, gate: GateState, fault: Fault | null, symbol: string][] = [
    ['a server that is silent', 'silent', null, 'connection_timeout'],
    ['a server that drips its greeting', 'dripping', null, 'connection_timeout'],
    ['a server that hangs up', 'slammed', null, 'connection_lost'],
    ['a server that is busy', '421 4.3.2 Too busy', null, 'server_busy'],
    ['a server that does not want us', '554 5.7.1 Go away', null, 'greeting_refused'],
    [
      'a wrong password',
      'open',
      (step) => (step === 'auth' ? '535 5.7.8 Wrong' : null),
      'authentication_refused',
    ],
    [
      'a sender that is refused',
      'open',
      (step) => (step === 'mail' ? '550 5.7.1 Not you' : null),
      'sender_refused',
    ],
  ];
  test.each(cases)('%s', async (what, gateState, fault, symbol) => {
    gate.state = gateState;
    // Those that are open from before would go on.
    gate.cut();
    sink.fault = fault;
    const before = sink.taken.length;
    // Publishing is untouched: the answer comes when the page is there.
    const id = await open(daymark, what);
    await until(async () => (await state()).error === symbol, `/readyz says ${symbol}`);
    const waiting = await deliveriesOf(daymark, id);
    expect([...waiting.values()].map(({ state: now, attempts }) => `${now} ${attempts}`)).toEqual([
      'pending 0',
      'pending 0',
    ]);
    expect(sink.taken).toHaveLength(before);
    gate.state = 'open';
    sink.fault = null;
    await until(async () => sink.taken.length >= before + 2, 'both mails come');
    await until(async () => (await state()).error === null, '/readyz says that all is well');
    expect((await state()).mails_waiting).toBe(0);
  });

  test('and what was overtaken meanwhile is told by the newest mail alone', async () => {
    gate.state = 'slammed';
    gate.cut();
    const before = sink.taken.length;
    const first = await open(daymark, 'Long');
    await until(async () => (await deliveriesOf(daymark, first)).size === 2, 'the first is fanned out');
    const incidents = (await daymark.api('GET', '/api/v1/pages/acme/incidents?per_page=1')).body as {
      id: string;
    }[];
    const update = { status: 'resolved', body: 'The disk was full.' };
    await daymark.api('POST', `/api/v1/pages/acme/incidents/${incidents[0]!.id}/updates`, update);
    await until(async () => {
      const list = await daymark.api('GET', '/api/v1/pages/acme/notifications?per_page=1');
      return (
        (list.body as { event: string; complete: boolean }[])[0]?.event === 'incident.resolved' &&
        (list.body as { complete: boolean }[])[0]!.complete
      );
    }, 'the second is fanned out');
    gate.state = 'open';
    await until(async () => sink.taken.length >= before + 2, 'one mail comes to each');
    for (const { mail } of sink.taken.slice(before)) {
      expect(mail.subject).toBe('Resolved: Long');
      expect(mail.text).toContain('The disk was full.');
      expect(mail.text).toContain('Before that:');
      expect(mail.text).toContain('We are looking into it.');
    }
    const states = [...(await deliveriesOf(daymark, first)).values()].map(({ state: one }) => one);
    expect(states).toEqual(['folded', 'folded']);
  });

  test('a server that falls silent within a mail: it is tried again', async () => {
    gate.state = 'half-open';
    const before = sink.taken.length;
    const id = await open(daymark, 'Half');
    await until(async () => {
      const all = [...(await deliveriesOf(daymark, id)).values()];
      return all.length === 2 && all.every(({ error }) => error === 'connection_timeout');
    }, 'both have timed out');
    gate.state = 'open';
    await until(async () => sink.taken.length >= before + 2, 'both mails come');
  });
});
