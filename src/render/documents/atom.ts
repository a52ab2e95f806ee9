import type { PageSnapshot } from '../../snapshot/schema.ts';
import { oneLine, xml } from '../../text/escape.ts';
import { isoTime } from '../../text/time.ts';
import { paths } from '../paths.ts';
import { type FeedComponent, type FeedEntry, feedOf } from './feed-entries.ts';

/**
 * Atom (RFC 4287) of a page, or of one component: an entry per incident and maintenance window, `updated` by its last
 * update. `selfPath` is where the feed lies below the page's root, when not at its usual place.
 */
export function atomFeed(snapshot: PageSnapshot, component?: FeedComponent, selfPath?: string): string {
  const feed = feedOf(snapshot, component);
  const self = feed.homeUrl + (selfPath ?? (component ? paths.componentAtom(component.id) : paths.atom));
  return `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${xml(feed.language)}">
<id>${xml(feed.urn)}</id>
<title>${xml(oneLine(feed.title))}</title>
<updated>${isoTime(feed.updatedAt)}</updated>
<author><name>${xml(oneLine(feed.author))}</name></author>
<link rel="self" type="application/atom+xml" href="${xml(self)}"/>
<link rel="alternate" type="text/html" href="${xml(feed.homeUrl)}"/>
<generator>Daymark</generator>
${feed.entries.map(entryOf).join('')}</feed>
`;
}

function entryOf(entry: FeedEntry): string {
  return `<entry>
<id>${xml(entry.urn)}</id>
<title>${xml(oneLine(entry.title))}</title>
<published>${isoTime(Math.min(entry.createdAt, entry.updatedAt))}</published>
<updated>${isoTime(entry.updatedAt)}</updated>
<link rel="alternate" type="text/html" href="${xml(entry.url)}"/>
<category term="${entry.kind}"/>
<content type="html">${entry.content}</content>
</entry>
`;
}
