import { readFileSync } from 'node:fs';

interface Process {
  /** Node's own, which stand before the program. */
  flags: string[];
  env: Record<string, string>;
}

/** The flags and the environment with which `npm start` starts the built program: what holds a process small belongs to it. */
export function asNpmStart(): Process {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { scripts } = JSON.parse(text) as { scripts: { start: string } };
  const words = scripts.start
    .slice(scripts.start.lastIndexOf('&&') + 2)
    .trim()
    .split(' ');
  const node = words.indexOf('node');
  const program = words.findIndex((word) => word.endsWith('/entry.mjs'));
  if (node < 0 || program < node) throw new Error(`npm start does not start the program: ${scripts.start}`);
  const pairs = words.slice(0, node).map((word) => word.split('=', 2) as [string, string]);
  return { flags: words.slice(node + 1, program), env: Object.fromEntries(pairs) };
}
