import { COMPONENT_STATUSES } from '../../domain/status.ts';
import type { DayCell, DayLength } from '../../domain/uptime.ts';
import type { PageSnapshot } from '../../snapshot/schema.ts';
import { clean } from '../../text/escape.ts';
import { secondsOf } from './uptime.ts';
import { closedDaysPrinter, currentDay, type PrintDays, type UptimeComponent } from './uptime-days.ts';

const COLUMNS = [
  'component_id',
  'component',
  'date',
  'percent',
  ...COMPONENT_STATUSES.map((status) => `${status}_seconds`),
];

const LINE_END = '\r\n';

/** The rows of some days without what they all begin with. */
const rowEnds: PrintDays = (cells) => cells.map((cell) => LINE_END + rowEnd(cell)).join('');
const closedRows = closedDaysPrinter(rowEnds);

/** GET `/api/v1/uptime.csv`: a row per component and day, oldest first (RFC 4180; contract, section 4), in pieces. */
export function uptimeCsv(snapshot: PageSnapshot): Generator<string> {
  return uptimeCsvOf(snapshot.components, snapshot.days);
}

/** The same of any components and days, the last of which may be one that is not over. */
export function* uptimeCsvOf(
  components: readonly UptimeComponent[],
  days: readonly DayLength[],
): Generator<string> {
  const closedOf = closedRows(days);
  yield COLUMNS.join();
  for (const component of components) {
    const start = `${LINE_END}${csvCell(component.id)},${csvCell(component.name)},`;
    const rows = closedOf(component) + rowEnds(currentDay(days, component));
    yield rows.split(LINE_END).join(start);
  }
  yield LINE_END;
}

function rowEnd({ date, percent, shown }: DayCell): string {
  const seconds = secondsOf(shown);
  return [date, percent ?? '', ...COMPONENT_STATUSES.map((status) => seconds[status] ?? 0)].join();
}

/** A cell of text: quoted where RFC 4180 wants it, and never taken for a formula by a spreadsheet. */
export function csvCell(text: string): string {
  const cleaned = clean(text);
  const safe = /^\s*[=+\-@\t]/.test(cleaned) ? `'${cleaned}` : cleaned;
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
