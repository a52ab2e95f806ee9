import { defineConfig } from '@playwright/test';
import { CHROMIUM_FLAGS, findChromium } from './browser/chromium.ts';

export default defineConfig({
  testDir: './browser',
  outputDir: '../test-results/browser',
  // Each worker has a server of its own.
  workers: 2,
  fullyParallel: true,
  forbidOnly: process.env.CI !== undefined,
  timeout: 60_000,
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
