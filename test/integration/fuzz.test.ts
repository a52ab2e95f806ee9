import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FuzzReport, fuzz } from '../fuzz/run.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';

const REQUESTS = 5_000;
const WITHIN_MS = 300_000;

let daymark: Daymark;
beforeAll(async () => {
  // Nobody answers there: no name is asked of the world.
  daymark = await startDaymark({ env: { DNS_SERVERS: '127.0.0.1:9' } });
});
afterAll(() => daymark.stop());

function counts({ requests, statuses, reached, unreached, bytes, watched }: FuzzReport): string {
  const answers = Object.entries(statuses).map(([status, count]) => `${count} × ${status}`);
  return [
    `fuzz: ${requests} requests, ${reached.length} of ${reached.length + unreached.length} operations reached`,
    `fuzz: ${answers.join(', ')}`,
    `fuzz: ${bytes.sent} damaged byte strings, ${bytes.answered} answered, ${bytes.refused} of them refused`,
    `fuzz: ${watched} refused requests were sent again while the published files were watched`,
  ].join('\n');
}

test(
  'Whatever is sent, the server does not fail, refuses in JSON, and a refusal changes nothing',
  async () => {
    const report = await fuzz(daymark, { requests: REQUESTS, seed: 1 });
    process.stdout.write(`${counts(report)}\n`);
    expect(report.faults).toEqual([]);
    expect(report.requests).toBe(REQUESTS);
    // A run that reaches nothing proves nothing.
    expect(report.watched).toBeGreaterThan(REQUESTS / 20);
    expect(report.unreached.length).toBeLessThan(4);
    expect(Object.keys(report.statuses)).toEqual(
      expect.arrayContaining(['200', '201', '204', '400', '401', '404', '405', '409', '412', '415', '422']),
    );
    expect((await daymark.api('GET', '/healthz')).status).toBe(200);
    expect(daymark.output()).not.toMatch(/request failed|unhandled/i);
  },
  WITHIN_MS,
);
