import { describe, expect, test } from 'vitest';
import { failedInBrowser, failedInVitest, sayFailures } from '../failures.ts';

describe('What failed is said again at the end of a run', () => {
  test('of vitest: tests with the first line of their error, and files that could not be loaded', () => {
    const failed = {
      fullName: 'A page is shown',
      status: 'failed',
      failureMessages: ['Error: no\n    at x'],
    };
    const passed = { fullName: 'A page is kept', status: 'passed', failureMessages: [] };
    const report = {
      testResults: [
        { name: '/here/test/a.test.ts', message: '', assertionResults: [passed, failed] },
        { name: '/here/test/b.test.ts', message: 'Cannot find module', assertionResults: [] },
      ],
    };
    expect(failedInVitest(report, '/here')).toEqual([
      'test/a.test.ts › A page is shown: Error: no',
      'test/b.test.ts: Cannot find module',
    ]);
  });

  test('of Playwright: tests below their groups, those that passed only when repeated, and what is no test', () => {
    const broken = {
      status: 'unexpected',
      results: [{ error: { message: '\n\u001b[31mError: gone\u001b[39m\nat' } }],
    };
    const flaky = { status: 'flaky', results: [{ error: { message: 'Error: late' } }, {}] };
    const well = { status: 'expected', results: [{}] };
    const file = 'a.spec.ts';
    const group = { title: 'on a phone', file, specs: [{ title: 'fits', tests: [broken] }] };
    const specs = [
      { title: 'opens', tests: [well] },
      { title: 'closes', tests: [flaky] },
    ];
    const report = {
      suites: [{ title: file, file, suites: [group], specs }],
      errors: [{ message: 'No port' }],
    };
    expect(failedInBrowser(report)).toEqual([
      'test/browser/a.spec.ts › closes: Error: late',
      'test/browser/a.spec.ts › on a phone › fits: Error: gone',
      'playwright: No port',
    ]);
  });

  test('in fewer lines than the end of a log has, and in none when all went well', () => {
    expect(sayFailures([])).toBe('');
    const lines = sayFailures(Array.from({ length: 90 }, (_, index) => `test ${index}`)).split('\n');
    expect(lines.length).toBeLessThan(70);
    expect(lines).toContain('  test 0');
    expect(lines).toContain('  and 30 more');
  });
});
