import type { PageSnapshot } from '../../snapshot/schema.ts';
import { oneLine, xml } from '../../text/escape.ts';
import { rfc822Time } from '../../text/time.ts';
import { paths } from '../paths.ts';
import { type FeedComponent, type FeedEntry, feedOf } from './feed-entries.ts';

/**
 * RSS 2.0 of a page, or of one component: an item per incident and maintenance window, dated by its last update.
 * `selfPath` is where the feed lies below the page's root, when not at its usual place.
 */
export function rssFeed(snapshot: PageSnapshot, component?: FeedComponent, selfPath?: string): string {
  const feed = feedOf(snapshot, component);
  const self = feed.homeUrl + (selfPath ?? (component ? paths.componentRss(component.id) : paths.rss));
  return `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
<title>${xml(oneLine(feed.title))}</title>
<link>${xml(feed.homeUrl)}</link>
<atom:link href="${xml(self)}" rel="self" type="application/rss+xml"/>
<description>${xml(oneLine(feed.description))}</description>
<language>${xml(feed.language)}</language>
<lastBuildDate>${rfc822Time(feed.updatedAt)}</lastBuildDate>
<generator>Daymark</generator>
${feed.entries.map(item).join('')}</channel>
</rss>
`;
}

function item(entry: FeedEntry): string {
  return `<item>
<title>${xml(oneLine(entry.title))}</title>
<link>${xml(entry.url)}</link>
<guid isPermaLink="false">${xml(entry.urn)}</guid>
<category>${entry.kind}</category>
<pubDate>${rfc822Time(entry.updatedAt)}</pubDate>
<description>${entry.content}</description>
</item>
`;
}
