import { describe, expect, test } from 'vitest';
import {
  afterStep,
  afterUpdate,
  dueSteps,
  nextStepAt,
  type WindowState,
} from '../../src/domain/maintenance.ts';
import { MAINTENANCE_STATUSES } from '../../src/domain/status.ts';
import { fc } from '../fixtures/properties.ts';

const planned = fc
  .record({
    startsAt: fc.integer({ min: 1, max: 100 }),
    length: fc.integer({ min: 1, max: 50 }),
    autoStart: fc.boolean(),
    autoComplete: fc.boolean(),
  })
  .map(
    ({ startsAt, length, autoStart, autoComplete }): WindowState => ({
      status: 'scheduled',
      startsAt,
      endsAt: startsAt + length,
      startedAt: null,
      completedAt: null,
      overrunning: false,
      autoStart,
      autoComplete,
    }),
  );
const moments = fc
  .array(fc.integer({ min: 0, max: 200 }), { maxLength: 6 })
  .map((list) => list.sort((a, b) => a - b));

/** The window after the scheduler looked at it at these moments. */
const looked = (window: WindowState, at: readonly number[]): WindowState =>
  at.reduce((state, now) => dueSteps(state, now).reduce(afterStep, state), window);

/** A window that some people and the clock have had their hands on. */
const handled = fc
  .tuple(
    planned,
    fc.array(fc.tuple(fc.constantFrom(...MAINTENANCE_STATUSES), fc.integer({ min: 0, max: 200 })), {
      maxLength: 4,
    }),
  )
  .map(([window, posts]) => {
    let state = window;
    for (const [status, now] of posts.sort((a, b) => a[1] - b[1])) {
      state = looked(state, [now]);
      try {
        state = afterUpdate(state, status, now);
      } catch {
        // What is refused changes nothing.
      }
    }
    return { state, now: posts.at(-1)?.[1] ?? 0 };
  });

describe('the clock', () => {
  test('comes to the same, however often somebody looked in between', () => {
    fc.assert(
      fc.property(planned, moments, fc.integer({ min: 200, max: 300 }), (window, seen, end) => {
        expect(looked(window, [...seen, end])).toEqual(looked(window, [end]));
      }),
    );
  });

  test('never takes a step twice, and none before its time', () => {
    fc.assert(
      fc.property(handled, fc.nat({ max: 300 }), ({ state, now }, later) => {
        const at = now + later;
        const after = looked(state, [at]);
        expect(dueSteps(after, at)).toEqual([]);
        for (const step of dueSteps(state, at)) expect(step.at).toBeLessThanOrEqual(at);
      }),
    );
  });

  test('wakes up exactly when something is due', () => {
    fc.assert(
      fc.property(handled, fc.nat({ max: 300 }), ({ state, now }, later) => {
        const settled = looked(state, [now]);
        const next = nextStepAt(settled);
        if (next === null) expect(dueSteps(settled, now + later)).toEqual([]);
        else {
          expect(next).toBeGreaterThan(now);
          expect(dueSteps(settled, next - 1)).toEqual([]);
          expect(dueSteps(settled, next)).not.toEqual([]);
        }
      }),
    );
  });

  test('records start and end at their planned times, never an end before the start', () => {
    fc.assert(
      fc.property(handled, ({ state, now }) => {
        const after = looked(state, [now, 400]);
        if (after.startedAt !== null && after.completedAt !== null)
          expect(after.completedAt).toBeGreaterThanOrEqual(after.startedAt);
        if (after.overrunning) expect(after).toMatchObject({ autoComplete: false, completedAt: null });
        if (after.status === 'completed' || after.status === 'cancelled')
          expect(after.completedAt).not.toBeNull();
        if (after.status === 'in_progress' || after.status === 'verifying')
          expect(after.startedAt).not.toBeNull();
      }),
    );
  });
});

describe('an update', () => {
  test('never leads out of a window that is over, or back before its start', () => {
    fc.assert(
      fc.property(handled, fc.constantFrom(...MAINTENANCE_STATUSES), ({ state, now }, status) => {
        const over = state.status === 'completed' || state.status === 'cancelled';
        const refused = status !== state.status && (over || status === 'scheduled');
        if (refused) expect(() => afterUpdate(state, status, now)).toThrow(state.status);
        else expect(afterUpdate(state, status, now).status).toBe(status);
      }),
    );
  });
});
