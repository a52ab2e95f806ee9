/** Nothing of ours writes to the console: whatever does so in a test is a fault that nobody would have seen. */
import { afterEach, beforeEach, expect, type MockInstance, vi } from 'vitest';

let written: MockInstance;

beforeEach(() => {
  written = vi.spyOn(console, 'error');
});

afterEach(() => {
  const calls = written.mock.calls.map((call) => call.map(String).join(' '));
  written.mockRestore();
  expect(calls, 'what was written to console.error').toEqual([]);
});
