import { beforeAll, describe, expect, test } from 'vitest';
import { type CrashReport, crashLoop } from '../crash/kill-loop.ts';

describe('a server that is killed with -9 again and again while people write and read', () => {
  let report: CrashReport;
  beforeAll(async () => {
    report = await crashLoop({ kills: 5 });
  });

  test('keeps every write that it has acknowledged', () => {
    expect(report.acknowledged).toBeGreaterThan(0);
    expect(report.losses).toEqual([]);
  });

  test('publishes every acknowledged change after it is started again, and its files say what the API says', () => {
    expect(report.unpublished).toEqual([]);
  });

  test('never lets a reader see half a file, a missing one or an older revision', () => {
    expect(report.reads).toBeGreaterThan(0);
    expect({ torn: report.torn, backward: report.backward, vanished: report.vanished }).toEqual({
      torn: [],
      backward: [],
      vanished: [],
    });
  });
});
