/** `npm test`: builds if needed, runs vitest, then a real browser; says at the end how both went. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureChromium } from './browser/chromium.ts';
import {
  type BrowserReport,
  failedInBrowser,
  failedInVitest,
  sayFailures,
  type VitestReport,
} from './failures.ts';
import { buildOnce } from './server/build-once.ts';
import { ROOT } from './server/daymark.ts';

const RESULTS = join(ROOT, 'test-results');

interface Tally {
  name: string;
  passed: number;
  /** A line for each failed test; at least one when the runner broke off, or complained of something that is no test. */
  failures: string[];
  skipped: number;
}

/** Runs a program of node_modules; its report, if any, is read by `count`. */
function run<Report>(
  name: string,
  program: string,
  args: string[],
  env: Record<string, string>,
  count: (report: Report) => Omit<Tally, 'name'>,
): Tally {
  const report = join(RESULTS, `${name}.json`);
  rmSync(report, { force: true });
  const { status, signal } = spawnSync(process.execPath, [join(ROOT, 'node_modules', program), ...args], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  const ended = signal ? `was ended by ${signal}` : `ended with ${status}`;
  try {
    const tally = { name, ...count(JSON.parse(readFileSync(report, 'utf8')) as Report) };
    if (status !== 0 && tally.failures.length === 0)
      tally.failures.push(`${name}: ${ended}, though no test failed: an error outside of tests, see above`);
    return tally;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { name, passed: 0, failures: [`${name}: ${ended} and left no report: ${why}`], skipped: 0 };
  }
}

function runVitest(): Tally {
  const report = `--outputFile.json=${join(RESULTS, 'vitest.json')}`;
  const args = ['run', '--config', 'test/vitest.config.ts', '--reporter=default', '--reporter=json', report];
  type Report = VitestReport & { numPassedTests: number; numPendingTests: number };
  return run<Report>('vitest', 'vitest/vitest.mjs', args, {}, (json) => ({
    passed: json.numPassedTests,
    failures: failedInVitest(json, ROOT),
    skipped: json.numPendingTests,
  }));
}

function runBrowser(chromium: string): Tally {
  const env = {
    CHROMIUM_PATH: chromium,
    PLAYWRIGHT_JSON_OUTPUT_FILE: join(RESULTS, 'playwright.json'),
  };
  const args = ['test', '--config', 'test/playwright.config.ts', '--reporter=list,json'];
  type Report = BrowserReport & { stats: { expected: number; skipped: number } };
  return run<Report>('playwright', '@playwright/test/cli.js', args, env, (json) => ({
    passed: json.stats.expected,
    failures: failedInBrowser(json),
    skipped: json.stats.skipped,
  }));
}

function withBrowser(): Tally {
  try {
    return runBrowser(ensureChromium());
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { name: 'playwright', passed: 0, failures: [`playwright: ${why}`], skipped: 0 };
  }
}

process.env.ASTRO_TELEMETRY_DISABLED = '1';
mkdirSync(RESULTS, { recursive: true });
await buildOnce();
const tallies = [runVitest(), withBrowser()];
const words = tallies.map(
  ({ name, passed, failures, skipped }) =>
    `${name}: ${passed} passed, ${failures.length} failed${skipped ? `, ${skipped} skipped` : ''}`,
);
const failures = tallies.flatMap((tally) => tally.failures);
process.stdout.write(`${sayFailures(failures)}\n${words.join('; ')}\n`);
process.exitCode = failures.length === 0 ? 0 : 1;
