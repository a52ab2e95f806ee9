import { holdsMaintenance } from '../../domain/status.ts';
import type {
  PageSnapshot,
  SnapshotComponent,
  SnapshotIncident,
  SnapshotMaintenance,
} from '../../snapshot/schema.ts';
import { type Dates, datesFor } from '../../text/dates.ts';
import { type Dictionary, dictionaryFor } from '../../text/dictionary.ts';
import { clean, oneLine } from '../../text/escape.ts';
import { markdownToText } from '../../text/markdown.ts';
import { urlOf } from '../languages.ts';
import { once } from '../once.ts';
import { paths } from '../paths.ts';

const COLUMNS = 80;
/** A name longer than this does not push all statuses to the right. */
const MAX_NAME_COLUMNS = 52;
/** As on the status page: further open incidents are told by title and address. */
const MAX_IN_FULL = 20;

interface Told {
  page: PageSnapshot['page'];
  words: Dictionary;
  dates: Dates;
}

/** GET `/status.txt`: the page for a terminal, in at most 80 columns where words allow. No control characters. */
export function statusText(snapshot: PageSnapshot): string {
  const { page } = snapshot;
  const words = dictionaryFor(page.language);
  const told: Told = { page, words, dates: datesFor(words.language, page.timezone) };
  const open = snapshot.incidents.filter((incident) => incident.status !== 'resolved');
  const running = snapshot.maintenance.filter((window) => holdsMaintenance(window.status));
  const planned = snapshot.maintenance.filter((window) => window.status === 'scheduled');
  const blocks = [
    heading(page.name, '='),
    ...headlineLines(snapshot, told),
    '',
    ...section(words.now, [
      ...open.slice(0, MAX_IN_FULL).map((incident) => incidentLines(incident, told)),
      ...running.map((window) => maintenanceLines(window, told)),
    ]),
    ...section(
      words.moreOpen,
      open.slice(MAX_IN_FULL).map((incident) => titleLines(incident, paths.incident(incident.id), told)),
    ),
    ...section(
      words.planned,
      planned.toReversed().map((window) => maintenanceLines(window, told)),
    ),
    ...section(words.components, [componentLines(snapshot, words)]),
    words.published(told.dates.clock(snapshot.changedAt), told.dates.shortDay(snapshot.changedAt)),
  ];
  return `${blocks.join('\n')}\n`;
}

function headlineLines({ headline, indicators }: PageSnapshot, { words, dates, page }: Told): string[] {
  const { kind, affected, components, openIncidents, openSince } = headline;
  const sentences: string[] = [];
  if (kind === 'nothing_listed') sentences.push(words.nothingListed);
  else if (affected > 0) sentences.push(words.affected(affected, components));
  else if (indicators.under_maintenance > 0) {
    sentences.push(words.maintained(indicators.under_maintenance, components));
  }
  sentences.push(
    openSince === null ? words.nothingOpen : words.openIncidents(openIncidents, dates.fullMoment(openSince)),
  );
  return [words.headline[kind], ...wrap(sentences.join(' ')), urlOf(page, paths.home)];
}

function incidentLines(incident: SnapshotIncident, told: Told): string[] {
  const { words, dates } = told;
  const facts = [words.incidentStatus[incident.status], words.impact[incident.impact]].filter(
    (fact) => fact !== '',
  );
  const affected = incident.components
    .filter(({ status }) => status !== 'operational')
    .map(({ name, status }) => words.pair(oneLine(name), words.componentStatus[status]));
  const next = incident.nextUpdateAt;
  return [
    ...titleLines(incident, paths.incident(incident.id), told),
    ...wrap(`${facts.join(words.comma)}. ${words.openSince(dates.fullMoment(incident.startedAt))}.`),
    ...(next === null ? [] : wrap(words.nextUpdate(dates.fullMoment(next)))),
    ...affected.flatMap((line) => wrap(line, '  - ', '    ')),
    ...incident.updates.flatMap((update) => updateLines(words.incidentStatus[update.status], update, told)),
  ];
}

function maintenanceLines(window: SnapshotMaintenance, told: Told): string[] {
  const { words, dates } = told;
  const names = window.components.map(({ name }) => oneLine(name)).join(words.comma);
  return [
    ...titleLines(window, paths.maintenance(window.id), told),
    ...wrap(
      `${words.maintenanceStatus[window.status]}. ${words.pair(words.plan, dates.fullRange(window.startsAt, window.endsAt))}.`,
    ),
    ...(window.overrunning ? [words.overrunning] : []),
    ...(names === '' ? [] : wrap(words.pair(words.components, names))),
    ...window.updates.flatMap((update) => updateLines(words.maintenanceStatus[update.status], update, told)),
  ];
}

function titleLines({ title }: { title: string }, path: string, { page }: Told): string[] {
  return [...wrap(oneLine(title)), urlOf(page, path)];
}

function updateLines(
  label: string,
  update: { body: string; createdAt: number },
  { words, dates }: Told,
): string[] {
  const text = clean(markdownToText(update.body));
  return [
    '',
    `  ${label}${words.comma}${dates.fullMoment(update.createdAt)}`,
    ...text.split('\n').flatMap((line) => wrap(line, '  ', '  ')),
  ];
}

/** The names of components as they stand in a line, for as long as snapshots hand on the same objects. */
const lines = new WeakMap<SnapshotComponent, { name: string; length: number }>();

function lineOf(component: SnapshotComponent): { name: string; length: number } {
  return once(lines, component, () => {
    const name = oneLine(component.name);
    return { name, length: lengthOf(name) };
  });
}

function componentLines({ components, sections }: PageSnapshot, words: Dictionary): string[] {
  const longest = components.reduce((most, component) => Math.max(most, lineOf(component).length), 0);
  const column = Math.min(longest, MAX_NAME_COLUMNS) + 2;
  return sections.flatMap(({ group, first, count }) => {
    const indent = group === null ? '' : '  ';
    const inside = components.slice(first, first + count).map((component) => {
      const { name, length } = lineOf(component);
      const gap = ' '.repeat(Math.max(2, column + 2 - indent.length - length));
      return indent + name + gap + words.componentStatus[component.status];
    });
    return group === null ? inside : [oneLine(group.name), ...inside];
  });
}

/** A title with its line, then the parts with an empty line between them and after; nothing of no parts. */
function section(title: string, parts: string[][]): string[] {
  const told = parts.filter((lines) => lines.length > 0);
  return told.length === 0 ? [] : [heading(title, '-'), ...told.flatMap((lines) => [...lines, ''])];
}

function heading(title: string, line: string): string {
  const text = oneLine(title);
  return `${text}\n${line.repeat(Math.min(COLUMNS, lengthOf(text)))}`;
}

/** Lines of at most 80 columns; a word that is longer has a line of its own. */
function wrap(text: string, first = '', further = first): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').filter((part) => part !== '')) {
    const indent = lines.length === 0 ? first : further;
    if (line !== '' && lengthOf(indent + line) + 1 + lengthOf(word) > COLUMNS) {
      lines.push(indent + line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line === '' ? '' : (lines.length === 0 ? first : further) + line];
}

/** In characters, of which ASCII has one in each unit. */
function lengthOf(text: string): number {
  return /^[ -~]*$/.test(text) ? text.length : [...text].length;
}
