import type { PageSnapshot } from '../../snapshot/schema.ts';
import { momentHtml, type ViewContext } from './context.ts';

/** The sentences under the headline: what is affected, what is open, or when something last was. */
export function headlineDetailHtml(context: ViewContext, snapshot: PageSnapshot): string {
  const { words } = context;
  const { headline } = snapshot;
  const sentences: string[] = [];
  if (headline.affected > 0) sentences.push(words.affected(headline.affected, headline.components));
  else if (headline.kind === 'under_maintenance') {
    sentences.push(words.maintained(snapshot.indicators.under_maintenance, headline.components));
  } else if (headline.kind === 'nothing_listed') sentences.push(words.nothingListed);
  if (headline.openSince !== null) {
    sentences.push(words.openIncidents(headline.openIncidents, momentHtml(context, headline.openSince)));
  } else if (headline.kind === 'operational') {
    sentences.push(words.nothingOpen, ...lastIncident(context, snapshot));
  }
  return sentences.join(' ');
}

function lastIncident({ words, dates }: ViewContext, snapshot: PageSnapshot): string[] {
  const ends = snapshot.incidents.map((incident) => incident.resolvedAt ?? 0);
  const last = Math.max(0, ...ends);
  return last === 0 ? [] : [words.lastIncident(dates.day(last, snapshot.changedAt))];
}
