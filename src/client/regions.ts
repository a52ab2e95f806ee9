/** What the script says beside the page: to screen readers, and to everybody when the page can't be trusted to be new. */

import { make } from './make.ts';

const said = make('p', { className: 'said', role: 'status' });
const stale = make('p', { className: 'stale', role: 'status' });

/** They must be there before anything is said in them. */
export function prepareRegions(): void {
  document.body.append(said, stale);
}

/** Says something to screen readers. */
export function announce(text: string): void {
  said.textContent = text;
}

/** Says that what stands here may be old; an empty text takes it back. */
export function warn(text: string): void {
  if (stale.textContent !== text) stale.textContent = text;
}
