import type { ScriptWords } from '../render/view/script-words.ts';

const PARTS = /\{(\w+)\}/g;

/** What the script may have to say, from the page; it can't be read before the document is there. */
export function words(): ScriptWords {
  known ??= JSON.parse(document.body.dataset.words ?? '{}') as ScriptWords;
  return known;
}

let known: ScriptWords | undefined;

/** A sentence with its parts put in. */
export function fill(sentence: string, parts: Record<string, string>): string {
  return sentence.replace(PARTS, (_, name: string) => parts[name] ?? '');
}
