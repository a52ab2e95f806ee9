/** What failed in a run, read from the reports of vitest and Playwright: a line each, to be said again at the end. */
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** Lines that are printed at most: the end of a log is often all that is kept of it. */
const LINES = 60;
const LINE_LENGTH = 300;

export interface VitestReport {
  testResults: {
    name: string;
    message: string;
    assertionResults: { fullName: string; status: string; failureMessages: string[] }[];
  }[];
}

interface BrowserSuite {
  title: string;
  file: string;
  suites?: BrowserSuite[];
  specs: {
    title: string;
    tests: {
      status: string;
      results: { error?: { message?: string } }[];
    }[];
  }[];
}

export interface BrowserReport {
  suites: BrowserSuite[];
  errors: { message?: string }[];
}

function line(where: string, message: string | undefined): string {
  const words = stripVTControlCharacters(message ?? '').split('\n');
  const first = words.find((text) => text.trim() !== '') ?? 'without a message';
  return `${where}: ${first.trim()}`.slice(0, LINE_LENGTH);
}

/** The failed tests of vitest, and the files that could not be loaded or prepared. */
export function failedInVitest({ testResults }: VitestReport, root: string): string[] {
  return testResults.flatMap(({ name, message, assertionResults }) => {
    const file = relative(root, name);
    const tests = assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => line(`${file} › ${fullName}`, failureMessages[0]));
    return message ? [...tests, line(file, message)] : tests;
  });
}

function failedInSuite({ title, file, suites = [], specs }: BrowserSuite, above: string[]): string[] {
  const path = title === file ? [`test/browser/${file}`] : [...above, title];
  const own = specs.flatMap((spec) =>
    spec.tests
      // A test that went well the second time has failed, too.
      .filter(({ status }) => status === 'unexpected' || status === 'flaky')
      .map(({ results }) => {
        const { error } = results.find((result) => result.error !== undefined) ?? {};
        return line([...path, spec.title].join(' › '), error?.message);
      }),
  );
  return [...own, ...suites.flatMap((suite) => failedInSuite(suite, path))];
}

/** The failed tests of Playwright, and what kept it from running some. */
export function failedInBrowser({ suites, errors }: BrowserReport): string[] {
  const tests = suites.flatMap((suite) => failedInSuite(suite, []));
  return [...tests, ...errors.map(({ message }) => line('playwright', message))];
}

/** The list to print, short enough to be seen whole in the last hundred lines of a log; empty when nothing failed. */
export function sayFailures(failures: readonly string[]): string {
  if (failures.length === 0) return '';
  const rest = failures.length - LINES;
  const shown = failures.slice(0, LINES).map((text) => `  ${text}\n`);
  return `\nFailed:\n${shown.join('')}${rest > 0 ? `  and ${rest} more\n` : ''}`;
}
