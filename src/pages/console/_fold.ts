/**
 * A board of hundreds of components shows what is not as it should be, or what is sought by its name, and the groups that
 * somebody opened: nobody reads thousands of rows, and printing them takes a second of a phone's time and a tenth of ours.
 */
import type { BoardFolding, BoardRow, BoardSection } from '../../components/console/board.ts';
import { count, counted } from '../../text/console-words.ts';

const FOLDED_FROM = 500;
const MOST_OPEN = 200;
const LONGEST_NAME = 200;
/** Stands for those that are in no group. */
const NO_GROUP = 'none';
const EVERYTHING = 'all';

/** What somebody wants to see of a board. */
export interface BoardLook {
  /** Ids of groups, or `NO_GROUP`, or `EVERYTHING`. */
  open: readonly string[];
  /** Part of a component's name; empty when none is sought. */
  find: string;
}

export function lookOf(query: string): BoardLook {
  const asked = new URLSearchParams(query);
  const open = asked.getAll('open').filter((one) => /^[\w-]{1,64}$/.test(one));
  return {
    open: [...new Set(open)].slice(0, MOST_OPEN),
    find: (asked.get('find') ?? '').trim().slice(0, LONGEST_NAME),
  };
}

/** The query that brings this look again; empty for the first look. */
export function queryOf({ open, find }: BoardLook): string {
  const pairs = open.map((one) => ['open', one]);
  const query = String(new URLSearchParams(find === '' ? pairs : [...pairs, ['find', find]]));
  return query === '' ? '' : `?${query}`;
}

const standsOut = ({ status, why, note }: BoardRow) =>
  status !== 'operational' || why !== null || note !== null;

/** @returns the same sections, and null, of a board that is short enough to be read */
export function foldedBoard(
  sections: readonly BoardSection[],
  look: BoardLook,
): { sections: readonly BoardSection[]; folding: BoardFolding | null } {
  const total = sections.reduce((sum, { rows }) => sum + rows.length, 0);
  if (total < FOLDED_FROM) return { sections, folding: null };
  const all = look.open.includes(EVERYTHING);
  const sought = look.find.toLowerCase();
  const isShown = (row: BoardRow) =>
    sought === '' ? standsOut(row) : row.name.toLowerCase().includes(sought);
  const folded = sections.map((section): BoardSection => {
    const key = section.id ?? NO_GROUP;
    const isOpen = look.open.includes(key);
    const rows = all || isOpen ? section.rows : section.rows.filter(isShown);
    const hidden = section.rows.length - rows.length;
    if (all || (hidden === 0 && !isOpen)) return section;
    const others = look.open.filter((one) => one !== key);
    const query = queryOf({ ...look, open: isOpen ? others : [...others, key] });
    const what = rows.length === 0 ? counted(hidden, 'component') : `${count(hidden)} more`;
    return {
      ...section,
      rows,
      fold: { key, isOpen, hidden, text: isOpen ? '' : what, href: `${query || '?'}#g-${key}` },
    };
  });
  const shown = folded.reduce((sum, { rows }) => sum + rows.length, 0);
  return {
    sections: folded,
    folding: {
      ...look,
      total,
      hidden: total - shown,
      all: `${queryOf({ open: [EVERYTHING], find: '' })}#components`,
    },
  };
}
