import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { asNpmStart } from '../server/as-npm-start.ts';

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

it('starts from the image and from the unit for systemd as npm start does', () => {
  const { flags, env } = asNpmStart();
  expect(flags.length).toBeGreaterThan(0);
  const unit = /```ini\n(\[Unit\][\s\S]*?)```/.exec(read('README.md'))?.[1] ?? '';
  expect(unit).toContain(` ${flags.join(' ')} dist/server/entry.mjs serve`);
  expect(read('Dockerfile')).toContain(
    `"node", ${flags.map((flag) => `"${flag}"`).join(', ')}, "dist/server/entry.mjs", "serve"`,
  );
  for (const [name, value] of Object.entries(env)) {
    expect(unit).toMatch(new RegExp(`^Environment=.*\\b${name}=${value}\\b`, 'm'));
    expect(read('Dockerfile')).toMatch(new RegExp(`^ENV .*\\b${name}=${value}\\b`, 'm'));
  }
});
