/**
 * `npm run test:lighthouse`: Lighthouse, with the Chromium of this machine, on the demo's pages: 100 in each of its
 * categories, or it exits with 1 and says what is missing. `-- --form desktop` for another form factor than the phone's.
 */
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import lighthouse, { desktopConfig } from 'lighthouse';
import { CHROMIUM_FLAGS, ensureChromium } from '../browser/chromium.ts';
import { startDemo } from '../browser/demo.ts';
import { buildOnce } from '../server/build-once.ts';
import { freePort } from '../server/free-port.ts';

const { values } = parseArgs({ options: { form: { type: 'string', default: 'phone' } } });

await buildOnce();
const demo = await startDemo();
const { status, history, incident } = demo.paths;
const port = await freePort();
const browser = await chromium.launch({
  executablePath: ensureChromium(),
  args: [...CHROMIUM_FLAGS, `--remote-debugging-port=${port}`],
});
try {
  for (const path of [status, history, incident, 'docs/']) {
    const run = await lighthouse(
      `${demo.url}/${path}`,
      { port, logLevel: 'error', output: 'json' },
      values.form === 'desktop' ? desktopConfig : undefined,
    );
    if (!run) throw new Error(`Lighthouse said nothing of /${path}`);
    const { categories, audits } = run.lhr;
    const scores = Object.values(categories).map(
      ({ title, score }) => `${title} ${Math.round((score ?? 0) * 100)}`,
    );
    process.stdout.write(`/${path}: ${scores.join(', ')}\n`);
    for (const category of Object.values(categories)) {
      if (category.score === 1) continue;
      process.exitCode = 1;
      for (const { id, weight } of category.auditRefs) {
        const audit = audits[id];
        if (weight > 0 && audit?.score !== null && (audit?.score ?? 1) < 1) {
          process.stdout.write(`  ${category.title}: ${audit?.title} ${audit?.displayValue ?? ''}\n`);
        }
      }
    }
  }
} finally {
  await browser.close();
  await demo.daymark.stop();
}
