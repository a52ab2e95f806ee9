import type { ComponentStatus } from '../../domain/status.ts';
import type { Dictionary } from '../../text/dictionary.ts';

/** What the script of a page may have to say. Parts that it puts in stand in braces. */
export interface ScriptWords {
  updated: string;
  unreachable: string;
  status: Record<ComponentStatus, string>;
  notCounted: string;
  comma: string;
  /** `name: value` */
  pair: string;
  allDays: string;
  day: string;
  state: string;
  noTrouble: string;
  close: string;
}

/** The words for the script in the language of a dictionary. */
export function scriptWords(words: Dictionary): ScriptWords {
  const { script } = words;
  return {
    updated: script.updated('{what}'),
    unreachable: script.unreachable('{time}', '{age}'),
    status: words.componentStatus,
    notCounted: words.noUptime,
    comma: words.comma,
    pair: words.pair('{name}', '{value}'),
    allDays: script.allDays,
    day: script.day,
    state: words.status,
    noTrouble: script.noTrouble,
    close: script.close,
  };
}
