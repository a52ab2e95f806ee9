/**
 * The lines of a CSV file of subscribers. No cell of such a file has a reason to hold a line break, so a line is a
 * record: a quote that is never closed spoils its line, not the rest of the file.
 */
import { parse } from 'csv-parse/sync';
import { invalid } from '../domain/errors.ts';

const LONGEST_LINE = 10_000;
const LINE_END = /\r\n|\n|\r/g;
/** A cell that a spreadsheet would run was exported behind an apostrophe. */
const DISARMED = /^'(?=[=+\-@\t])/;

export interface CsvLine {
  /** In the file, from 1. */
  number: number;
  /** Null of a line that can not be read. */
  cells: { email: string; components: string | null; status: string | null } | null;
}

const NAMES = {
  email: ['email', 'e-mail', 'email address', 'email_address'],
  components: ['components', 'component_ids'],
  status: ['status'],
};
type Column = keyof typeof NAMES;

/** Every line that holds something, behind the header. @throws DomainError invalid for a file without addresses */
export function* subscriberLines(text: string): Generator<CsvLine> {
  let header: Map<Column, number> | null = null;
  let delimiter = ',';
  for (const [number, line] of linesOf(text)) {
    if (line.trim() === '') continue;
    if (header === null) {
      delimiter = delimiterOf(line);
      const first = cellsOf(line, delimiter) ?? [];
      header = headerOf(first);
      if (header.has('email')) continue;
      if (!first[0]?.includes('@'))
        throw invalid([], 'The first line must name the columns: email,components.', 'csv_header');
      // Without a header the columns stand in the contract's order.
      header = new Map([
        ['email', 0],
        ['components', 1],
      ]);
    }
    const columns = header;
    const cells = cellsOf(line, delimiter);
    const at = (column: Column) => {
      const place = columns.get(column);
      return place === undefined ? null : (cells?.[place] ?? '').trim().replace(DISARMED, '');
    };
    yield {
      number,
      cells: cells && { email: at('email') ?? '', components: at('components'), status: at('status') },
    };
  }
  if (header === null)
    throw invalid([], 'The file is empty. Its columns are email,components.', 'csv_header');
}

function* linesOf(text: string): Generator<[number, string]> {
  let from = text.startsWith('\ufeff') ? 1 : 0;
  let number = 0;
  for (const end of text.matchAll(LINE_END)) {
    yield [++number, text.slice(from, end.index)];
    from = end.index + end[0].length;
  }
  if (from < text.length) yield [++number, text.slice(from)];
}

/** Spreadsheets of half of Europe write semicolons. */
function delimiterOf(line: string): string {
  if (line.includes(',')) return ',';
  return line.includes('\t') ? '\t' : line.includes(';') ? ';' : ',';
}

function headerOf(cells: readonly string[]): Map<Column, number> {
  const found = new Map<Column, number>();
  cells.forEach((cell, place) => {
    const name = cell.trim().toLowerCase();
    for (const column of Object.keys(NAMES) as Column[])
      if (NAMES[column].includes(name) && !found.has(column)) found.set(column, place);
  });
  return found;
}

function cellsOf(line: string, delimiter: string): string[] | null {
  if (line.length > LONGEST_LINE) return null;
  if (!line.includes('"')) return line.split(delimiter);
  try {
    return (parse(line, { delimiter, relax_column_count: true }) as string[][])[0] ?? null;
  } catch {
    return null;
  }
}
