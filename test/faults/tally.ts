/** What an experiment saw. */
export interface Tally {
  name: string;
  /** Kills, failed calls of the system, broken connections, jumps of the clock, locks. */
  faults: number;
  acknowledged: number;
  /** Requests whose connection broke, and those that were refused with 429 or 5xx. */
  unanswered: number;
  refused: Record<number, number>;
  /** How many files were read meanwhile. */
  reads: number;
  /** Acknowledged writes that are not there, or were not published. */
  losses: string[];
  /** Files that were not whole, vanished, or did not agree with their revision. */
  torn: string[];
  /** Files and revisions that were older than what the same reader had seen. */
  backward: string[];
  /** Acknowledged messages that somebody did not get. */
  missing: string[];
  /** Messages that somebody got again. */
  repeated: number;
  /** Any other broken promise. */
  wrong: string[];
  /** From the end of a fault until a change was taken and published, the worst, in milliseconds. */
  recovery: number;
  /** What could not be tried here, or is to be known of how it was tried. */
  notes: string[];
}

export function emptyTally(name: string): Tally {
  const counts = { faults: 0, acknowledged: 0, unanswered: 0, refused: {}, reads: 0 };
  const found = { losses: [], torn: [], backward: [], missing: [], repeated: 0, wrong: [] };
  return { name, ...counts, ...found, recovery: 0, notes: [] };
}

/** Adds what one run of an experiment saw to all of it. */
export function add(to: Tally, more: Tally): Tally {
  for (const key of ['faults', 'acknowledged', 'unanswered', 'reads', 'repeated'] as const)
    to[key] += more[key];
  for (const key of ['losses', 'torn', 'backward', 'missing', 'wrong'] as const) to[key].push(...more[key]);
  for (const [status, count] of Object.entries(more.refused))
    to.refused[Number(status)] = (to.refused[Number(status)] ?? 0) + count;
  to.notes = [...new Set([...to.notes, ...more.notes])];
  to.recovery = Math.max(to.recovery, more.recovery);
  return to;
}

/** All that must not be, in words. */
export function brokenPromises({ losses, torn, backward, missing, wrong }: Tally): string[] {
  const named = (what: string, list: readonly string[]) => list.map((one) => `${what}: ${one}`);
  return [
    ...named('lost', losses),
    ...named('torn', torn),
    ...named('backward', backward),
    ...named('missing', missing),
    ...named('wrong', wrong),
  ];
}

const HEAD = [
  'experiment',
  'faults',
  'acknowledged',
  'lost',
  'files read',
  'torn',
  'backward',
  'missing',
  'repeated',
  'other',
  'recovery ms',
];

/** One table in Markdown, a row for each experiment and one for all. */
export function table(tallies: readonly Tally[]): string {
  const all = tallies.reduce(add, emptyTally('all'));
  const rows = [...tallies, all].map((one) => [
    one.name,
    ...[one.faults, one.acknowledged, one.losses.length, one.reads, one.torn.length, one.backward.length],
    ...[one.missing.length, one.repeated, one.wrong.length, Math.round(one.recovery)],
  ]);
  const cells = [HEAD, ...rows].map((row) =>
    row.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en') : cell)),
  );
  const widths = HEAD.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  const [head, ...body] = cells;
  return [line(head!), rule, ...body.map(line)].join('\n');
}
