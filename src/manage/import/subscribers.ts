import { parse } from 'csv-parse/sync';
import { eq } from 'drizzle-orm';
import { components } from '../../../db/schema.ts';
import { DomainError, messageOf } from '../../domain/errors.ts';
import type { Actor, Manager } from '../command.ts';
import { type ImportedLine, importSubscribers } from '../subscriber-import.ts';
import type { Notes } from './notes.ts';

/** What the export of Statuspage, or a list of one's own, may call its columns. */
const COLUMNS = {
  email: ['email', 'email_address', 'e-mail'],
  components: ['components', 'component_ids', 'component_names'],
  mode: ['mode', 'type', 'channel'],
  status: ['status', 'state'],
  quarantined: ['quarantined_at'],
};
const LONGEST_RECORD = 100_000;

export interface SubscriberTally {
  added: number;
  updated: number;
  unchanged: number;
  refused: number;
}

type Record_ = Record<string, string>;

/**
 * Takes the subscribers of a page in from `subscribers.csv`: mail addresses, with the components that they follow by the
 * source's ids, ours, or their names. Who unsubscribed or was erased here is not brought back; nobody is told.
 *
 * @param csv as Statuspage exports it, or `email,components`
 * @throws DomainError invalid for a file without addresses
 */
export async function importStatuspageSubscribers(
  manager: Manager,
  actor: Actor,
  pageId: string,
  csv: string,
  notes: Notes,
): Promise<SubscriberTally> {
  const rows = recordsOf(csv);
  const known = await manager.store.read
    .select({ id: components.id, v2Id: components.v2Id })
    .from(components)
    .where(eq(components.pageId, pageId));
  const lines = linesOf(rows, new Map(known.map(({ id, v2Id }) => [v2Id, id])), notes);
  if (lines.length <= 1) return { added: 0, updated: 0, unchanged: 0, refused: 0 };
  const told = (done: ImportedLine[]) => {
    for (const { email, reason, detail } of done) {
      if (reason === null) continue;
      const why = reason.replaceAll('_', ' ');
      notes.add(`A subscriber was refused (${why})`, detail === null ? email : `${email}: ${detail}`);
    }
  };
  const summary = await importSubscribers(manager, actor, pageId, lines.join('\n'), told);
  if (summary.stoppedAtLine !== null)
    throw new DomainError(
      'invalid',
      'The import of subscribers broke off. Run it again: nothing is added twice.',
    );
  const { added, updated, unchanged, refused } = summary;
  return { added, updated, unchanged, refused };
}

function recordsOf(csv: string): Record_[] {
  const header = /^\s*.*/.exec(csv)?.[0] ?? '';
  const named = (cells: string[]) =>
    cells.map((name) => name.trim().toLowerCase().replaceAll(' ', '_')).map((name) => known(name) ?? name);
  try {
    return parse(csv, {
      bom: true,
      columns: named,
      delimiter: [',', '\t', ';'].find((one) => header.includes(one)) ?? ',',
      max_record_size: LONGEST_RECORD,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as Record_[];
  } catch (error) {
    throw new DomainError('invalid', `subscribers.csv can not be read: ${messageOf(error)}`);
  }
}

function known(name: string): string | undefined {
  return Object.entries(COLUMNS).find(([, names]) => names.includes(name))?.[0];
}

/** The lines of a file as our own import reads it, its header first. */
function linesOf(rows: readonly Record_[], ids: ReadonlyMap<string, string>, notes: Notes): string[] {
  const [first] = rows;
  if (first && !('email' in first))
    throw new DomainError('invalid', 'subscribers.csv must have a column "email".');
  const choose = first !== undefined && 'components' in first;
  const lines = [choose ? 'email,components,status' : 'email,status'];
  for (const row of rows) {
    const { email = '', components: follows = '', mode = '', status = '', quarantined = '' } = row;
    if (email === '' || (mode !== '' && mode.toLowerCase() !== 'email')) {
      notes.add('A subscriber without a mail address is not carried over', mode || 'no address');
      continue;
    }
    const word = quarantined !== '' || /quarantin/i.test(status) ? 'suppressed' : status;
    const cells = choose ? [email, chosen(follows, ids), word] : [email, word];
    lines.push(cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join());
  }
  return lines;
}

/** Ids of the source become ours, names stay; between them stand semicolons. */
function chosen(cell: string, ids: ReadonlyMap<string, string>): string {
  const parts = cell
    .split(/[;|]/)
    .flatMap((part) => (isListOfIds(part, ids) ? part.split(/[,\s]+/) : [part]))
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return parts.map((part) => ids.get(part) ?? part).join(';');
}

function isListOfIds(part: string, ids: ReadonlyMap<string, string>): boolean {
  const words = part.split(/[,\s]+/).filter((word) => word !== '');
  return words.length > 1 && words.every((word) => ids.has(word));
}
