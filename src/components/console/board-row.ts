/**
 * One component on the board, as markup: a template per row, and per button of it, takes ten times as long, and a page may
 * have thousands.
 */
import type { ComponentStatus } from '../../domain/status.ts';
import { markUse } from '../../render/view/mark.ts';
import { OFFERED, statusWords } from '../../text/console-words.ts';
import { escapeHtml } from '../../text/escape-html.ts';
import type { BoardRow } from './board.ts';

export interface BoardRights {
  /** `/console/pages/{slug}/` */
  root: string;
  mayEdit: boolean;
}

const MARKS = new Map<ComponentStatus, string>(OFFERED.map((status) => [status, markUse(status)]));

/** What follows the id in a button that sets a status at once. */
const BUTTONS = OFFERED.map((status) => {
  const words = escapeHtml(statusWords[status]);
  const rest = (pressed: boolean, disabled: boolean) =>
    `:${status}" data-status="${status}" title="${words}" aria-pressed="${pressed}"${disabled ? ' disabled' : ''}>${markUse(status)}<span class="unseen">${words}</span></button>`;
  return { status, on: [rest(true, false), rest(true, true)], off: [rest(false, false), rest(false, true)] };
});

/** Five marks in a row: each a button that sets the status at once. Needs the sprite on the page. */
function statusButtons(id: string, name: string, shown: ComponentStatus, mayEdit: boolean): string {
  let buttons = '';
  for (const { status, on, off } of BUTTONS)
    buttons += `<button type="submit" name="set" value="${id}${(status === shown ? on : off)[mayEdit ? 0 : 1]}`;
  return `<fieldset class="pick"><legend class="unseen">Status of ${name}</legend>${buttons}</fieldset>`;
}

/** @param group of its section, which ticks all of its components */
export function boardRow(row: BoardRow, group: string | null, { root, mayEdit }: BoardRights): string {
  const { id, status, why, note } = row;
  const name = escapeHtml(row.name);
  const words = escapeHtml(statusWords[status]);
  const of = group === null ? '' : ` data-of="${group}"`;
  const box = mayEdit
    ? `<input type="checkbox" name="component" value="${id}" aria-label="${name}"${of}>`
    : '';
  const reason = why
    ? ` <a class="why" href="${escapeHtml(root + why.path)}">${escapeHtml(why.text)}</a>`
    : '';
  const planned = note ? ` <span class="why">${escapeHtml(note)}</span>` : '';
  return `<div class="component" id="c-${id}">${box}<span class="shows" data-status="${status}" title="${words}">${MARKS.get(status)}</span> <span class="unseen">${words}:</span> <span class="what"><span class="name">${name}</span>${reason}${planned}</span> ${statusButtons(id, name, status, mayEdit)}</div>`;
}
