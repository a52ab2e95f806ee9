/** What every attack of the suite has in common. */

export interface Outcome {
  /** Requests, connections or texts: whatever was thrown at the server. */
  tries: number;
  /** What should not have been possible, a sentence each. */
  breaches: string[];
  /** What was seen besides, in half a line. */
  note: string;
}

export interface AttackOptions {
  /** Of the long fuzz. */
  requests: number;
  seed: number;
  /** Fewer of everything, for `npm test`. */
  short: boolean;
  /** Told what happens meanwhile, a line at a time. */
  say(line: string): void;
}

export interface Attack {
  /** For `--only`. */
  name: string;
  /** What it is, for the table. */
  title: string;
  run(options: AttackOptions): Promise<Outcome>;
}

/** Collects what an attack finds. */
export class Findings implements Outcome {
  tries = 0;
  note = '';
  readonly breaches: string[] = [];

  /** Counts a try, and a breach when it went as it should not. */
  expect(held: boolean, breach: () => string): void {
    this.tries++;
    if (!held) this.breaches.push(breach());
  }
}

/** The table of the suite. */
export function table(rows: readonly { title: string; outcome: Outcome }[]): string {
  const cells = rows.map(({ title, outcome }) => [
    title,
    outcome.tries.toLocaleString('en'),
    String(outcome.breaches.length),
    outcome.note,
  ]);
  const all = [['attack', 'tries', 'breaches', 'note'], ...cells];
  const widths = [0, 1, 2].map((n) => Math.max(...all.map((row) => row[n]!.length)));
  return all
    .map(([title, tries, breaches, note]) =>
      [title!.padEnd(widths[0]!), tries!.padStart(widths[1]!), breaches!.padStart(widths[2]!), note].join(
        '  ',
      ),
    )
    .join('\n');
}
