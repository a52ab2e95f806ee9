/**
 * A page of Statuspage as it lies in a folder: public documents (`summary.json`, `incidents.json`, …), lists of its
 * management API (`components.json`, `component-groups.json`, `incidents.json` as bare arrays), in several pages each, in
 * any mixture. Of a thing that stands in several files the one that was changed last counts.
 */
import { z } from 'zod';
import { DomainError } from '../../domain/errors.ts';
import {
  type SourceComponent,
  type SourceIncident,
  type SourceMaintenance,
  type SourcePage,
  type SourceSummary,
  sourceComponent,
  sourceGroup,
  sourceIncident,
  sourceMaintenance,
  sourcePage,
} from './statuspage-schema.ts';

/** A file of the folder, parsed. */
export interface SourceFile {
  name: string;
  json: unknown;
}

/** What is known of the page when no file says it. */
export type PageHint = SourcePage | null;

export interface MergedSource extends SourceSummary {
  /** No file lists components: those known are the ones that incidents name. */
  partial: boolean;
}

const ISSUES_SHOWN = 5;
const KINDS = [
  'page',
  'summary',
  'component-groups',
  'components',
  'incidents',
  'scheduled-maintenances',
] as const;
type Kind = (typeof KINDS)[number];

/** What a file holds, by its name: `incidents.json`, `incidents-2.json`, `incidents.page3.json`. Null: nothing of ours. */
export function kindOf(name: string): Kind | null {
  const match = /^([a-z-]+?)(?:[-._ ]?(?:page[-._ ]?)?\d+)?\.json$/i.exec(name);
  return KINDS.find((kind) => kind === match?.[1]?.toLowerCase()) ?? null;
}

/**
 * Puts files together to what `summary.json` would say, with all of the history.
 *
 * @param hint the page here that the files are of, where they don't say which they are of
 * @throws DomainError invalid, naming the file and what is wrong in it
 */
export function mergeSources(files: readonly SourceFile[], hint: PageHint): MergedSource {
  const read = new Reader(files);
  const components = newest([
    ...read.all('summary', 'components', sourceComponent),
    ...read.all('components', 'components', sourceComponent),
    ...read.all('component-groups', 'component_groups', sourceGroup).map(asComponent),
  ]);
  // The management API lists maintenance among the incidents.
  const incidents = newest([
    ...read.all('summary', 'incidents', sourceIncident, (one) => !isPlanned(one)),
    ...read.all('incidents', 'incidents', sourceIncident, (one) => !isPlanned(one)),
  ]);
  const windows = newest([
    ...read.all('summary', 'scheduled_maintenances', sourceMaintenance),
    ...read.all('scheduled-maintenances', 'scheduled_maintenances', sourceMaintenance),
    ...read.all('incidents', 'incidents', sourceMaintenance, isPlanned),
  ]);
  const partial = components.length === 0;
  return {
    page: read.page(hint),
    components: partial ? named([...incidents, ...windows]) : components,
    incidents: incidents.sort((a, b) => b.created_at - a.created_at),
    scheduled_maintenances: windows.sort((a, b) => b.scheduled_for - a.scheduled_for),
    partial,
  };
}

class Reader {
  constructor(private readonly files: readonly SourceFile[]) {}

  /** Things of one sort in the files of a kind: below a key, or a bare list. */
  all<T>(kind: Kind, key: string, schema: z.ZodType<T>, keep: (raw: unknown) => boolean = () => true): T[] {
    return this.files
      .filter(({ name }) => kindOf(name) === kind)
      .flatMap(({ name, json }) => {
        const list = Array.isArray(json) ? json : ((json as Record<string, unknown> | null)?.[key] ?? null);
        if (list === null && kind === 'summary') {
          if (key !== 'components') return [];
          throw refuse(name, 'it has no list "components"');
        }
        if (list === null) throw refuse(name, `it is neither a list nor has it one "${key}"`);
        if (!Array.isArray(list)) throw refuse(name, `"${key}" is not a list`);
        const kept = list.filter(keep);
        if (Array.isArray(json)) return parsed(name, z.array(schema), kept);
        return parsed(name, z.object({ [key]: z.array(schema) }), { [key]: kept })[key]!;
      });
  }

  page(hint: PageHint): SourcePage {
    const own = this.files.find(({ name }) => kindOf(name) === 'page');
    if (own) return parsed(own.name, sourcePage, own.json);
    const pages = this.files.flatMap(({ name, json }) => {
      const page = Array.isArray(json) ? undefined : (json as { page?: unknown } | null)?.page;
      return page === undefined ? [] : [parsed(name, sourcePage, page)];
    });
    const found = pages.sort((a, b) => (b.updated_at ?? 0) - (a.updated_at ?? 0))[0] ?? hint;
    if (found) return found;
    throw new DomainError(
      'invalid',
      'No file says which page it is of. Add summary.json, or name a page that is here with --page.',
    );
  }
}

function parsed<T>(name: string, schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.map(
    (issue) => `${z.core.toDotPath(issue.path) || 'the document'}: ${issue.message}`,
  );
  const more = issues.length > ISSUES_SHOWN ? [`and ${issues.length - ISSUES_SHOWN} more`] : [];
  throw refuse(name, [...issues.slice(0, ISSUES_SHOWN), ...more].join('; '));
}

function refuse(name: string, why: string): DomainError {
  return new DomainError('invalid', `${name} is not what Statuspage answers. ${why}`);
}

function isPlanned(raw: unknown): boolean {
  return typeof (raw as { scheduled_for?: unknown } | null)?.scheduled_for === 'string';
}

function asComponent(group: z.output<typeof sourceGroup>): SourceComponent {
  return { ...group, status: 'operational', group: true, group_id: null };
}

/** Each thing once, as it was changed last; of equals the one that says more. */
function newest<T extends { id: string; updated_at?: number | null | undefined }>(things: readonly T[]): T[] {
  const known = new Map<string, T>();
  const weight = (one: T) => JSON.stringify(one).length;
  for (const one of things) {
    const other = known.get(one.id);
    const age = other ? (one.updated_at ?? 0) - (other.updated_at ?? 0) : 1;
    if (!other || age > 0 || (age === 0 && weight(one) > weight(other))) known.set(one.id, one);
  }
  return [...known.values()];
}

/** The components that incidents and windows carry with them. */
function named(things: readonly (SourceIncident | SourceMaintenance)[]): SourceComponent[] {
  const whole = things
    .flatMap((one) => one.components ?? [])
    .map((one) => sourceComponent.safeParse(one))
    .flatMap((result) => (result.success ? [result.data] : []));
  return newest(whole.map((one) => ({ ...one, group_id: null })));
}
