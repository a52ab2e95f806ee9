/** What the script says beside the page: to screen readers, and to everybody when the page can't be trusted to be new. */

import { make } from './make.ts';

function region(className: string): HTMLElement {
  const element = make('p', { className, role: 'status' });
  document.body.append(element);
  return element;
}

let said: HTMLElement | undefined;
let stale: HTMLElement | undefined;

/** They must be there before anything is said in them. */
export function prepareRegions(): void {
  said = region('said');
  stale = region('stale');
}

/** Says something to screen readers. */
export function announce(text: string): void {
  if (said) said.textContent = text;
}

/** Says that what stands here may be old; null takes it back. */
export function warn(text: string | null): void {
  if (stale && stale.textContent !== (text ?? '')) stale.textContent = text ?? '';
}
