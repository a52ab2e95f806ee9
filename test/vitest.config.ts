import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    exclude: ['test/browser/**'],
    globalSetup: ['test/server/build-once.ts'],
    setupFiles: ['test/fail-on-console-error.ts'],
    // Most of a test is waiting for a server, a browser or a clock: more of them than cores run at once.
    maxWorkers: 3,
    testTimeout: 120_000,
    hookTimeout: 240_000,
  },
});
