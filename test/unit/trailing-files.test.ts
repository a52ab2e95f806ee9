import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Target } from '../../src/publish/target.ts';
import type { PlannedFile } from '../../src/render/planned-file.ts';
import type { PublishTools } from '../../src/worker/publish-page.ts';
import { TrailingFiles } from '../../src/worker/trailing-files.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const FILES: PlannedFile[] = [{ path: 'api/v1/uptime.json', bytes: () => Buffer.from('{}') }];

/** Of a target where every write takes so many milliseconds. */
function trailing(takes: number): TrailingFiles {
  const write = () =>
    new Promise<string[]>((resolve) => {
      setTimeout(() => resolve([]), takes);
    });
  return new TrailingFiles({
    target: { write } as unknown as Target,
    publicUrl: 'http://status.example.com',
    now: () => Date.now(),
    assertLease: async () => null,
    onReplaced: () => undefined,
  } as unknown as PublishTools);
}

/** After how many seconds of changes without a pause the files of a page follow, once they were written before. */
async function followAfter(files: TrailingFiles): Promise<number> {
  const change = () => files.follow('page', 'acme', FILES, async () => undefined);
  change();
  const first = files.write('page');
  await vi.runAllTimersAsync();
  await first;
  const begun = Date.now();
  change();
  while (!files.isOverdue('page') && Date.now() - begun < 60_000) {
    expect(files.next(() => true)).toBeNull();
    vi.advanceTimersByTime(20);
    change();
  }
  expect(files.next(() => true)).toBe('page');
  return Math.round((Date.now() - begun) / 1000);
}

test('While a page keeps changing its large files follow every other second, and more rarely the longer they take', async () => {
  expect(await followAfter(trailing(5))).toBe(2);
  expect(await followAfter(trailing(80))).toBe(8);
  expect(await followAfter(trailing(5_000))).toBe(10);
});

test('A page that changes no more has them a moment later', () => {
  const files = trailing(200);
  files.follow('page', 'acme', FILES, async () => undefined);
  expect(files.next(() => true)).toBeNull();
  vi.advanceTimersByTime(40);
  expect(files.next(() => false)).toBeNull();
  expect(files.next(() => true)).toBe('page');
});
