import { beforeAll, describe, expect, test } from 'vitest';
import { type MailCrashReport, mailCrashLoop } from '../crash/mail-loop.ts';

describe('a server that is killed with -9 again and again while it mails its subscribers', () => {
  let report: MailCrashReport;
  beforeAll(async () => {
    report = await mailCrashLoop({ mails: 300, kills: 4 });
  });

  test('reaches every one of them', () => {
    expect(report.kills).toBeGreaterThan(1);
    expect(report.missing).toEqual([]);
    expect(report.unnoted).toBe(0);
  });

  test('repeats at most what was under way, with the same Message-ID', () => {
    expect(report.repeats).toBeLessThanOrEqual(report.connections * report.kills);
    expect(report.changed).toEqual([]);
  });
});
