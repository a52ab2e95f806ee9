import type { PageSnapshot, SnapshotMaintenance } from '../../snapshot/schema.ts';
import { datesFor } from '../../text/dates.ts';
import { type Dictionary, dictionaryFor } from '../../text/dictionary.ts';
import { ics, oneLine } from '../../text/escape.ts';
import { markdownToText } from '../../text/markdown.ts';
import { icsTime } from '../../text/time.ts';
import { paths } from '../paths.ts';
import { type FeedComponent, named } from './feed-entries.ts';

const LINE_END = '\r\n';
const MAX_OCTETS = 75;

/** RFC 5545 wants a component in every calendar, so one without windows holds the time zone of UTC. */
const NO_WINDOWS = [
  'BEGIN:VTIMEZONE',
  'TZID:Etc/UTC',
  'BEGIN:STANDARD',
  'DTSTART:19700101T000000',
  'TZOFFSETFROM:+0000',
  'TZOFFSETTO:+0000',
  'END:STANDARD',
  'END:VTIMEZONE',
];

/** iCalendar (RFC 5545, names of RFC 7986) of the maintenance windows of a page, or of those that name a component. */
export function calendarFeed(snapshot: PageSnapshot, component?: FeedComponent): string {
  const { page } = snapshot;
  const words = dictionaryFor(page.language);
  const dates = datesFor(words.language, page.timezone);
  const of = component === undefined ? page.name : `${component.name}, ${page.name}`;
  const name = ics(oneLine(words.pair(of, words.maintenance)));
  const path = component === undefined ? paths.calendar : paths.componentCalendar(component.id);
  const windows = named(snapshot.maintenance, component);
  const events = windows.flatMap((window) => {
    const updates = window.updates.map(
      ({ status, createdAt, body }) =>
        `${words.maintenanceStatus[status]}, ${dates.fullMoment(createdAt)}\n${markdownToText(body)}`,
    );
    return eventOf(window, [componentsOf(window, words), ...updates].join('\n\n'), page.url);
  });
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Daymark//Daymark//EN',
    'CALSCALE:GREGORIAN',
    `NAME:${name}`,
    `X-WR-CALNAME:${name}`,
    `X-WR-TIMEZONE:${ics(page.timezone)}`,
    'REFRESH-INTERVAL;VALUE=DURATION:PT1H',
    'X-PUBLISHED-TTL:PT1H',
    `SOURCE;VALUE=URI:${oneLine(`${page.url}/${path}`)}`,
    `URL:${oneLine(`${page.url}/`)}`,
    ...(windows.length > 0 ? events : NO_WINDOWS),
    'END:VCALENDAR',
  ];
  return lines.map((line) => foldLine(line) + LINE_END).join('');
}

/** The event shows the plan; what really happened stands in its text. */
function eventOf(window: SnapshotMaintenance, description: string, pageUrl: string): string[] {
  return [
    'BEGIN:VEVENT',
    `UID:urn:uuid:${ics(window.id)}`,
    `DTSTAMP:${icsTime(window.updatedAt)}`,
    `CREATED:${icsTime(window.createdAt)}`,
    `LAST-MODIFIED:${icsTime(window.updatedAt)}`,
    `SEQUENCE:${revisionOf(window)}`,
    `DTSTART:${icsTime(window.startsAt)}`,
    // An end that is not after the start would make the event invalid (section 3.8.2.2).
    ...(window.endsAt > window.startsAt ? [`DTEND:${icsTime(window.endsAt)}`] : []),
    `SUMMARY:${ics(oneLine(window.title))}`,
    `DESCRIPTION:${ics(description.trim())}`,
    `URL:${oneLine(`${pageUrl}/${paths.maintenance(window.id)}`)}`,
    `STATUS:${window.status === 'cancelled' ? 'CANCELLED' : 'CONFIRMED'}`,
    'TRANSP:TRANSPARENT',
    'END:VEVENT',
  ];
}

/** Rises with every change, also one without an update: calendars take a moved plan by it (section 3.8.7.4). */
function revisionOf({ createdAt, updatedAt }: SnapshotMaintenance): number {
  return Math.max(0, Math.ceil((updatedAt - createdAt) / 1000));
}

function componentsOf({ components }: SnapshotMaintenance, words: Dictionary): string {
  return components.length === 0
    ? ''
    : words.pair(words.components, components.map(({ name }) => name).join(words.comma));
}

/** A content line in pieces of at most 75 octets, none of which ends within a character (RFC 5545, section 3.1). */
export function foldLine(line: string): string {
  if (line.length * 3 <= MAX_OCTETS) return line;
  let folded = '';
  let octets = 0;
  for (const character of line) {
    const size = octetsOf(character);
    if (octets + size > MAX_OCTETS) {
      folded += `${LINE_END} `;
      octets = 1;
    }
    folded += character;
    octets += size;
  }
  return folded;
}

/** Octets of one character in UTF-8. */
function octetsOf(character: string): number {
  const code = character.codePointAt(0)!;
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}
