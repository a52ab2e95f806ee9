/**
 * The list of components. A page may have thousands of them, so it is glued together as text here instead of by a
 * template for each row. Whatever comes from tenants goes through `escapeHtml`.
 */
import { severityOf } from '../../domain/status.ts';
import type { PageSnapshot, Section, SnapshotComponent } from '../../snapshot/schema.ts';
import { escapeHtml } from '../../text/escape-html.ts';
import { formatPercent } from '../../text/percent.ts';
import { summaryOf, type ViewContext } from './context.ts';
import { markHtml } from './mark.ts';
import { daysBefore, uptimeBarHtml } from './uptime-bar.ts';

/** Larger groups are folded while all is well in them. */
const FOLDED_ABOVE = 4;

const CHEVRON = '<svg class="fold" viewBox="0 0 16 16" aria-hidden="true"><path d="M5.5 3l5 5-5 5"/></svg>';

/** All components of a page in their order: groups that fold, and rows for those without a group. Empty without any. */
export function componentListHtml(context: ViewContext, snapshot: PageSnapshot): string {
  const parts: string[] = [];
  let loose = false;
  for (const section of snapshot.sections) {
    if (section.count === 0) continue;
    const components = snapshot.components.slice(section.first, section.first + section.count);
    if ((section.group === null) !== loose) {
      parts.push(loose ? '</ul>' : '<ul class="rows loose">');
      loose = !loose;
    }
    if (section.group) parts.push(groupHtml(context, snapshot, section.group, components));
    else for (const component of components) parts.push(rowHtml(context, snapshot, component));
  }
  if (loose) parts.push('</ul>');
  return parts.join('');
}

function groupHtml(
  context: ViewContext,
  snapshot: PageSnapshot,
  group: NonNullable<Section['group']>,
  components: readonly SnapshotComponent[],
): string {
  const { words } = context;
  const count = components.length;
  const maintained = components.filter(({ status }) => status === 'under_maintenance').length;
  const troubled = severityOf(group.status) > 0;
  const note =
    group.affected > 0
      ? words.groupAffected(group.affected, count)
      : maintained > 0
        ? words.groupMaintained(maintained, count)
        : words.groupOperational(count);
  const mark = markHtml(group.status, troubled ? words.componentStatus[group.status] : undefined);
  const rows = components.map((component) => rowHtml(context, snapshot, component)).join('');
  const open = troubled || count <= FOLDED_ABOVE ? ' open' : '';
  return `<details class="group" data-status="${group.status}"${open}><summary>${CHEVRON}${mark}<h3 dir="auto">${escapeHtml(group.name)}</h3><span class="note">${note}</span></summary><ul class="rows">${rows}</ul></details>`;
}

/** A row in the page's own language, and what it follows from besides the component. */
interface Row {
  language: string;
  firstDay: string | undefined;
  days: number;
  before: number;
  html: string;
}

/** The rows of components, for as long as snapshots hand on the same objects. */
const rows = new WeakMap<SnapshotComponent, Row>();

function rowHtml(context: ViewContext, snapshot: PageSnapshot, component: SnapshotComponent): string {
  const { language } = context.words;
  if (language !== snapshot.page.languages[0]) return makeRow(context, snapshot, component);
  const firstDay = snapshot.days[0]?.date;
  const days = snapshot.days.length;
  const before = daysBefore(snapshot.days, component);
  const row = rows.get(component);
  if (row?.language === language && row.firstDay === firstDay && row.days === days && row.before === before)
    return row.html;
  const html = makeRow(context, snapshot, component);
  rows.set(component, { language, firstDay, days, before, html });
  return html;
}

function makeRow(context: ViewContext, snapshot: PageSnapshot, component: SnapshotComponent): string {
  const { words } = context;
  const { status } = component;
  const said = words.componentStatus[status];
  const well = status === 'operational';
  const word = well ? '' : `<span class="word" data-status="${status}">${said}</span>`;
  const percent = component.percent[90];
  const share = percent === null ? '' : formatPercent(percent, words.language);
  const about = component.description
    ? `<p class="about" dir="auto">${escapeHtml(summaryOf(component.description))}</p>`
    : '';
  return `<li>${markHtml(status, well ? said : undefined)}<span class="name" dir="auto">${escapeHtml(component.name)}</span>${word}<span class="share">${share}</span>${about}${uptimeBarHtml(context, snapshot.days, component)}</li>`;
}
