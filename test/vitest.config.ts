import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What waits for minutes begins first, so that all else is done meanwhile. */
const LONG = [
  'faults',
  'attacks',
  'http-config',
  'fuzz',
  'several-processes',
  'mail-faults',
  'mail-kills',
  'docs',
  'backup',
];

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = LONG.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return place === -1 ? LONG.length : place;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    exclude: ['test/browser/**'],
    sequence: { sequencer: LongFirst },
    globalSetup: ['test/server/build-once.ts'],
    setupFiles: ['test/fail-on-console-error.ts'],
    // Most of a test is waiting for a server, a browser or a clock: more of them than cores run at once.
    maxWorkers: 3,
    testTimeout: 120_000,
    hookTimeout: 240_000,
  },
});
