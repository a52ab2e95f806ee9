/** Receivers on 127.0.0.1 that behave badly. */

import type { AddressInfo } from 'node:net';
import { BlockList, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { DISABLE_AFTER_MS, pauseAfter } from '../../src/notify/webhooks/backoff.ts';
import { callReceiver } from '../../src/notify/webhooks/call.ts';

const SOON_MS = 100;
/** Time enough for the head of an answer to come over, on a busy machine too. */
const A_WHILE_MS = 3_000;
const allowed = new BlockList();
allowed.addAddress('127.0.0.1');
let server: Server;
const sockets = new Set<Socket>();

/** A server that does as it likes with each connection once a request has begun. */
async function receiver(behave: (socket: Socket) => void): Promise<string> {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('data', () => behave(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  await new Promise((resolve) => server.close(resolve));
});

const call = (url: string, withinMs?: number) =>
  callReceiver(url, {}, '{"a":1}', {
    ...{ resolve: async () => [], allowed, now: () => performance.now() },
    ...(withinMs === undefined ? {} : { withinMs }),
  });
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n';

describe('A receiver', () => {
  test('that accepts and says nothing is left when the time is over', async () => {
    expect(await call(await receiver(() => undefined), SOON_MS)).toMatchObject({
      answered: null,
      error: 'timeout',
    });
  });

  test('that never ends its head is left, too', async () => {
    const url = await receiver((socket) => socket.write('HTTP/1.1 200 OK\r\nX: '));
    expect(await call(url, SOON_MS)).toMatchObject({ answered: null, error: 'timeout' });
  });

  test('that said 200 has taken the message, though its body never ends', async () => {
    const url = await receiver((socket) => socket.write(HEAD));
    expect(await call(url, A_WHILE_MS)).toMatchObject({ answered: 200, error: null });
  });

  test('that sends without end is read for a while and cut off', async () => {
    let sent = 0;
    const chunk = Buffer.alloc(64 * 1024);
    const url = await receiver((socket) => {
      const more = () => {
        while (!socket.destroyed && socket.write(chunk)) sent += chunk.length;
      };
      socket.write(HEAD);
      socket.on('drain', more);
      more();
    });
    expect(await call(url)).toMatchObject({ answered: 200, error: null });
    // What the sockets of both ends hold is sent, not read.
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  test.each([
    ['hangs up', '', 'connection_closed'],
    ['speaks another protocol', '220 mail.example.com ESMTP\r\n', 'answer_invalid'],
    ['sends a head without end', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(200_000)}`, 'answer_invalid'],
    [
      'switches to another protocol',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
      'connection_closed',
    ],
  ])('that %s has not taken the message', async (_what, text, error) => {
    const url = await receiver((socket) => socket.end(text));
    expect(await call(url)).toMatchObject({ answered: null, error });
  });

  test.each([
    [301, 'redirected', 'Location: http://127.0.0.1:1/\r\n', null],
    [400, 'rejected', '', null],
    [410, 'gone', '', null],
    [429, 'rejected', 'Retry-After: 120\r\n', 120_000],
    [503, 'rejected', 'Retry-After: 99999999\r\n', 86_400_000],
    [503, 'rejected', 'Retry-After: Wed, 21 Oct 2065 07:28:00 GMT\r\n', null],
  ])('that answers %i has %s the message', async (status, error, header, retryAfterMs) => {
    const url = await receiver((socket) =>
      socket.end(`HTTP/1.1 ${status} x\r\n${header}Content-Length: 0\r\n\r\n`),
    );
    expect(await call(url)).toMatchObject({ answered: status, error, retryAfterMs });
  });
});

test('An event is tried ten times, longer and longer apart, for a little longer than a webhook may fail', () => {
  server = createServer();
  server.listen(0, '127.0.0.1');
  const pauses: number[] = [];
  for (let pause = pauseAfter(1, 0, null); pause !== null; pause = pauseAfter(pauses.length + 1, 0, null))
    pauses.push(pause);
  expect(pauses).toHaveLength(9);
  expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
  const whole = pauses.reduce((sum, pause) => sum + pause, 0);
  expect(whole).toBeGreaterThan(DISABLE_AFTER_MS);
  expect(whole).toBeLessThan(DISABLE_AFTER_MS * 1.1);
  expect(pauseAfter(1, 1, null)).toBe(5_500);
  expect(pauseAfter(1, 0.5, 60_000)).toBe(60_000);
});
