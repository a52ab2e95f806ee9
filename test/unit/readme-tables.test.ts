/** What README.md lists besides what stands elsewhere: packages, and the tests that show what it says of outages. */
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = new URL('../..', import.meta.url).pathname;
const textOf = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** The cells of the first table below a heading. */
function tableOf(heading: string): string[][] {
  const section = textOf('README.md').split(`\n### ${heading}\n`)[1] ?? '';
  const rows = section.slice(section.indexOf('|')).split('\n\n')[0]!.split('\n');
  return rows.slice(2).map((row) =>
    row
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim())
      .slice(1, -1),
  );
}

describe('The table of packages', () => {
  const { dependencies, devDependencies } = JSON.parse(textOf('package.json')) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string>
  >;
  const rows = tableOf('Why each package').map(([names = '', reason = '']) => ({
    names: [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => name!),
    isDevelopment: reason.endsWith('(development)'),
  }));
  const listed = (isDevelopment: boolean) =>
    rows.filter((row) => row.isDevelopment === isDevelopment).flatMap(({ names }) => names);

  test('holds each package once, with a word on whether it is for development alone', () => {
    expect(listed(false).sort()).toEqual(Object.keys(dependencies).sort());
    expect(listed(true).sort()).toEqual(Object.keys(devDependencies).sort());
  });

  test('holds none that the program does not use', () => {
    const code = globSync(['src/**/*.{ts,astro}', 'db/**/*.ts', 'astro.config.mjs'], { cwd: ROOT }).map(
      textOf,
    );
    const uses = (name: string) =>
      code.some((text) => new RegExp(`(from|import\\(|import) ?'${name}(/[^']*)?'`).test(text));
    // It is what the program runs on.
    expect(Object.keys(dependencies).filter((name) => name !== 'node' && !uses(name))).toEqual([]);
  });
});

describe('The table of outages', () => {
  const files = readdirSync(join(ROOT, 'test/integration'));
  const rows = tableOf('When a part is down').map((cells) => ({ down: cells[0]!, seen: cells.at(-1)! }));

  test.each(rows)('names the test that shows what happens without $down', ({ seen }) => {
    const named = [...seen.matchAll(/`([\w-]+\.test\.ts)` “([^”]+?)…?”/g)];
    expect(named.length, seen).toBeGreaterThan(0);
    for (const [, file = '', title = ''] of named) {
      expect(files).toContain(file);
      expect(textOf(`test/integration/${file}`)).toContain(`'${title}`);
    }
  });
});
