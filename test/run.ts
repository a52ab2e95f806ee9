/** `npm test`: builds if needed, runs vitest, then a real browser; says at the end how both went. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureChromium } from './browser/chromium.ts';
import { buildOnce } from './server/build-once.ts';
import { ROOT } from './server/daymark.ts';

const RESULTS = join(ROOT, 'test-results');

interface Tally {
  name: string;
  passed: number;
  /** At least one when the runner broke off, or complained of something that is no test. */
  failed: number;
  skipped: number;
  ok: boolean;
}

/** Runs a program of node_modules; its report, if any, is read by `count`. */
function run(
  name: string,
  program: string,
  args: string[],
  env: Record<string, string>,
  count: (report: unknown) => Omit<Tally, 'name' | 'ok'>,
): Tally {
  const report = join(RESULTS, `${name}.json`);
  rmSync(report, { force: true });
  const { status } = spawnSync(process.execPath, [join(ROOT, 'node_modules', program), ...args], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  try {
    const tally = count(JSON.parse(readFileSync(report, 'utf8')));
    const ok = status === 0 && tally.failed === 0;
    return { name, ...tally, failed: ok ? 0 : Math.max(1, tally.failed), ok };
  } catch {
    return { name, passed: 0, failed: 1, skipped: 0, ok: false };
  }
}

function runVitest(): Tally {
  const report = `--outputFile.json=${join(RESULTS, 'vitest.json')}`;
  const args = ['run', '--config', 'test/vitest.config.ts', '--reporter=default', '--reporter=json', report];
  return run('vitest', 'vitest/vitest.mjs', args, {}, (json) => {
    const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites } = json as {
      numPassedTests: number;
      numFailedTests: number;
      numPendingTests: number;
      numFailedTestSuites: number;
    };
    // A file that can't be loaded holds no test that could fail.
    const failed = numFailedTests || numFailedTestSuites;
    return { passed: numPassedTests, failed, skipped: numPendingTests };
  });
}

function runBrowser(chromium: string): Tally {
  const env = {
    CHROMIUM_PATH: chromium,
    PLAYWRIGHT_JSON_OUTPUT_FILE: join(RESULTS, 'playwright.json'),
  };
  const args = ['test', '--config', 'test/playwright.config.ts', '--reporter=list,json'];
  return run('playwright', '@playwright/test/cli.js', args, env, (json) => {
    const { stats, errors } = json as {
      stats: { expected: number; unexpected: number; flaky: number; skipped: number };
      errors: unknown[];
    };
    const failed = stats.unexpected + stats.flaky + errors.length;
    return { passed: stats.expected, failed, skipped: stats.skipped };
  });
}

function withBrowser(): Tally {
  try {
    return runBrowser(ensureChromium());
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return { name: 'playwright', passed: 0, failed: 1, skipped: 0, ok: false };
  }
}

process.env.ASTRO_TELEMETRY_DISABLED = '1';
mkdirSync(RESULTS, { recursive: true });
await buildOnce();
const tallies = [runVitest(), withBrowser()];
const words = tallies.map(
  ({ name, passed, failed, skipped }) =>
    `${name}: ${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`,
);
process.stdout.write(`\n${words.join('; ')}\n`);
process.exitCode = tallies.every(({ ok }) => ok) ? 0 : 1;
