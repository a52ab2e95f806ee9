import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Claimed, Result } from '../../src/notify/claims.ts';
import type { WayState } from '../../src/notify/way-state.ts';
import { MailLane } from '../../src/worker/mail-lane.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('What is claimed while claims are renewed is sent too', async () => {
  const rows = (...ids: string[]): Claimed[] => ids.map((id) => ({ id, attempts: 0, createdAt: 0 }));
  const claimable = rows('first');
  const settled: [id: string, result: Result][] = [];
  let finish!: () => void;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let renew!: (kept: Set<string>) => void;
  const renewal = new Promise<Set<string>>((resolve) => {
    renew = resolve;
  });
  const renewed: string[][] = [];
  const lane = new MailLane<Claimed>({
    name: 'email',
    connections: 2,
    claims: {
      claim: async () => claimable.splice(0),
      renew: (ids) => {
        renewed.push([...ids]);
        return renewal;
      },
      settle: async (id, result) => void settled.push([id, result]),
    },
    way: { connections: 2, open: () => Promise.reject(new Error('nothing is to be sent')) },
    state: {
      resting: null,
      look: async () => undefined,
      enter: () => true,
      leave: () => undefined,
    } as unknown as WayState,
    compose: async () => {
      await finished;
      return { cancelled: 'no_news' };
    },
    now: () => 0,
    chance: () => 0.5,
    log: { error: () => undefined, warn: () => undefined },
  });
  const running = lane.run();
  await vi.advanceTimersByTimeAsync(21_000);
  expect(renewed).toEqual([['first']]);
  // The sender that sleeps claims both and is at work on one of them; the other waits for its turn.
  claimable.push(...rows('second', 'third'));
  lane.wake();
  await vi.advanceTimersByTimeAsync(0);
  expect(claimable).toEqual([]);
  renew(new Set(['first']));
  await vi.advanceTimersByTimeAsync(0);
  finish();
  await vi.advanceTimersByTimeAsync(2_000);
  const sent = settled.map(([id]) => id).sort();
  lane.stop();
  await vi.advanceTimersByTimeAsync(2_000);
  await running;
  expect(sent).toEqual(['first', 'second', 'third']);
});
