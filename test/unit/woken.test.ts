/** Whoever is woken at an awkward moment. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Database } from '../../db/client.ts';
import type { Store } from '../../db/transaction.ts';
import type { Manager } from '../../src/manage/command.ts';
import { WayState } from '../../src/notify/way-state.ts';
import type { WebhookLane } from '../../src/notify/webhooks/lane.ts';
import { Schedule } from '../../src/worker/schedule.ts';
import { WebhookWorker } from '../../src/worker/webhooks.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const log = { error: () => undefined, info: () => undefined };

function gate() {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

test('The schedule looks again at once when something is planned during its look', async () => {
  let looks = 0;
  const schedule: Schedule = new Schedule({
    manager: {} as Manager,
    refresh: () => undefined,
    lookUp: async () => 'unknown',
    log,
    isMine() {
      looks += 1;
      if (looks === 1) schedule.wake();
      return false;
    },
  });
  const running = schedule.run();
  await vi.advanceTimersByTimeAsync(0);
  expect(looks).toBe(2);
  schedule.stop();
  await running;
});

test('At the end calls to webhooks are let finish, whatever is committed meanwhile', async () => {
  const calls = gate();
  const did: string[] = [];
  const lane = {
    atWork: 0,
    begin: async () => undefined,
    tick: async () => undefined,
    oneEnded: async () => undefined,
    async idle() {
      await calls.opened;
      did.push('finished');
    },
    breakOff: async () => void did.push('broken off'),
  };
  const worker = new WebhookWorker(lane as unknown as WebhookLane, log);
  const running = worker.run();
  await vi.advanceTimersByTimeAsync(0);
  worker.stop();
  await vi.advanceTimersByTimeAsync(0);
  worker.wake();
  await vi.advanceTimersByTimeAsync(0);
  calls.open();
  await running;
  expect(did).toEqual(['finished', 'broken off']);
});

test('A look at what other processes know takes nothing back that was found out meanwhile', async () => {
  const read = gate();
  const written = gate();
  const rows = { select: () => ({ from: () => ({ where: () => read.opened.then(() => []) }) }) };
  const state = new WayState({
    store: { read: rows as unknown as Database, write: () => written.opened } as unknown as Store,
    name: 'email',
    now: () => 10_000,
    chance: () => 0.5,
    log,
  });
  const looking = state.look();
  const closing = state.closed('connection_refused', null);
  read.open();
  await looking;
  expect(state.resting).toMatchObject({ error: 'connection_refused' });
  // Nor one that was begun before it was written.
  await state.look();
  expect(state.resting).toMatchObject({ error: 'connection_refused' });
  written.open();
  await closing;
  await state.look();
  expect(state.resting).toBeNull();
});
