// Tests the client in Chromium against the server. HEARTH is the server's binary, CHROMIUM the browser's.
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'e2e',
  testIgnore: process.env.PICTURES ? [] : '**/pictures.spec.ts',
  outputDir: join(import.meta.dirname, '../target/e2e'),
  fullyParallel: true,
  workers: 2,
  forbidOnly: true,
  timeout: 90_000,
  // For busy machines. A test that passes only on a retry is listed as flaky.
  retries: process.env.CI ? 2 : 0,
  // Generous, for slow machines. Tests await conditions and never sleep.
  expect: { timeout: 20_000 },
  reporter: [['list'], ['./e2e/support/summary.ts']],
  use: {
    locale: 'en-GB',
    timezoneId: noon(),
    viewport: { width: 1280, height: 800 },
    screenshot: 'only-on-failure',
    actionTimeout: 20_000,
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});

/** A time zone in which it is about noon: no test runs near midnight, and a day later is tomorrow. */
function noon(): string {
  // The signs of these names are reversed: Etc/GMT+5 is five hours behind UTC.
  const behind = new Date().getUTCHours() - 12;
  return `Etc/GMT${behind < 0 ? '' : '+'}${behind}`;
}
