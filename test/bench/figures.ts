/** The value below which the share `p` (0 to 1) of the values lies; 0 of none. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(p * sorted.length) - 1))] ?? 0;
}

/** Milliseconds with as many digits as matter. */
export function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : value < 1_000 ? 1 : 0)} ms`;
}

/** Bytes in kilobytes (1,000). */
export function kilobytes(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1)} KB`;
}

export function percentiles(values: readonly number[]): string {
  return `p50 ${ms(percentile(values, 0.5))}, p95 ${ms(percentile(values, 0.95))}, p99 ${ms(percentile(values, 0.99))}`;
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** One figure of the table of budgets. */
export interface Row {
  what: string;
  ours: string;
  reference: string;
  /** Ours to the reference, or a plain figure when the budget is one. */
  ratio: number | null;
  must: string;
  aim: string;
  /** True when the figure is within. */
  inMust: boolean;
  inAim: boolean;
}

/** A row whose budget is a factor: at most (`<=`) or at least (`>=`) so many times the reference. */
export function factorRow(
  what: string,
  figures: { ours: number; reference: number; unit: (value: number) => string },
  budget: { sign: '<=' | '>='; must: number; aim: number },
): Row {
  const ratio = figures.ours / figures.reference;
  const within = (limit: number) => (budget.sign === '<=' ? ratio <= limit : ratio >= limit);
  const sign = budget.sign === '<=' ? '≤' : '≥';
  return {
    what,
    ours: figures.unit(figures.ours),
    reference: figures.unit(figures.reference),
    ratio,
    must: `${sign} ${budget.must} ×`,
    aim: `${sign} ${budget.aim} ×`,
    inMust: within(budget.must),
    inAim: within(budget.aim),
  };
}

/** A row whose budget is an upper limit. */
export function limitRow(
  what: string,
  figures: { ours: number; unit: (value: number) => string },
  budget: { must: number; aim: number },
): Row {
  return {
    what,
    ours: figures.unit(figures.ours),
    reference: '–',
    ratio: null,
    must: `≤ ${figures.unit(budget.must)}`,
    aim: `≤ ${figures.unit(budget.aim)}`,
    inMust: figures.ours <= budget.must,
    inAim: figures.ours <= budget.aim,
  };
}

/** Prints rows as a table whose columns stand below each other. */
export function printTable(rows: readonly Row[]): void {
  const head = ['', 'ours', 'reference', 'ratio', 'must', 'aim', 'verdict'];
  const cells = rows.map((row) => [
    row.what,
    row.ours,
    row.reference,
    row.ratio === null ? '–' : `${row.ratio < 0.1 ? row.ratio.toPrecision(2) : row.ratio.toFixed(2)} ×`,
    row.must,
    row.aim,
    row.inAim ? 'aim' : row.inMust ? 'must' : 'MISSED',
  ]);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...cells.map((line) => line[column]?.length ?? 0)),
  );
  for (const line of [head, ...cells]) {
    print(
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
}
