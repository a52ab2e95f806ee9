/** Subscribers in words: what they are, what they follow, why a line of a file was refused. */
import type { ImportedLine } from '../../manage/subscriber-import.ts';
import type { Subscriber, SubscriberStatus } from '../../manage/subscriber-queries.ts';
import { counted } from '../../text/console-words.ts';

export const STATES: Record<SubscriberStatus, string> = {
  active: 'Active',
  suppressed: 'Mailbox unknown',
  unsubscribed: 'Unsubscribed',
};

const SOURCES: Record<Subscriber['source'], string> = {
  verified: 'subscribed on the page',
  managed: 'added here',
  imported: 'imported',
};

/** `the whole page`, `3 components`; `nothing` once the last component was deleted. */
export function followsInWords({
  wholePage,
  componentIds,
}: Pick<Subscriber, 'wholePage' | 'componentIds'>): string {
  if (wholePage) return 'the whole page';
  return componentIds.length === 0 ? 'nothing' : counted(componentIds.length, 'component');
}

export function sourceInWords({ source }: Subscriber): string {
  return SOURCES[source];
}

/** Why a line was refused; `{detail}` stands for the name or the line that it is about. */
export const REFUSED: Record<NonNullable<ImportedLine['reason']>, string> = {
  malformed: 'can not be read: look at its quotes',
  not_an_address: 'is no mail address',
  duplicate: 'stands on line {detail} already',
  unknown_component: 'names “{detail}”, which is no component of this page',
  unsubscribed: 'has unsubscribed: only they themselves can come back',
  erased: 'was erased: only they themselves can come back',
  suppressed: 'had an unknown mailbox where the file comes from',
};

/** `Line 12: a@b (is no mail address)` */
export function refusalInWords({ reason, detail }: ImportedLine): string {
  return reason === null ? '' : REFUSED[reason].replace('{detail}', detail ?? '');
}
