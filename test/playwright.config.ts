import { defineConfig } from '@playwright/test';
import { CHROMIUM_FLAGS, findChromium } from './browser/chromium.ts';

export default defineConfig({
  testDir: './browser',
  outputDir: '../test-results/browser',
  // Each worker has a server of its own.
  workers: 2,
  fullyParallel: true,
  forbidOnly: process.env.CI !== undefined,
  // What is waited for comes soon, or late on a machine that has much else to do.
  timeout: 180_000,
  expect: { timeout: 30_000 },
  reporter: 'list',
  use: {
    locale: 'en-GB',
    timezoneId: 'America/New_York',
    launchOptions: {
      args: CHROMIUM_FLAGS,
      executablePath: findChromium() ?? undefined,
    },
  },
});
