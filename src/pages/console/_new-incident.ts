/** A new incident, as the composer's form says it. */
import { type IncidentCreate, incidentCreate } from '../../domain/input.ts';
import type { Form } from '../../http/form.ts';
import { type Composed, NOTHING, promisedOf } from './_composer.ts';
import { timeOfField } from './_local-time.ts';
import type { Desk } from './_page.ts';

/** The body of `POST …/incidents`. @throws DomainError invalid for times that can't be */
export function incidentInput(form: Form, composed: Composed, desk: Desk): Record<string, unknown> {
  const zone = desk.page.timezone;
  const startedAt = timeOfField(form.text('started_at'), zone, 'started_at');
  const resolvedAt = timeOfField(form.text('resolved_at'), zone, 'resolved_at');
  return {
    title: form.text('title'),
    body: form.text('body'),
    status: composed.status,
    ...(composed.impact === null ? {} : { impact: composed.impact }),
    components: composed.said,
    ...(startedAt === undefined ? {} : { started_at: startedAt }),
    ...(resolvedAt === undefined ? {} : { resolved_at: resolvedAt }),
    next_update_at: promisedOf(composed, NOTHING, desk),
    notify: composed.notify,
  };
}

/** For a preview: what is still missing stands there as a placeholder. @returns null of what can't be an incident yet */
export function incidentDraft(form: Form, composed: Composed, desk: Desk): IncidentCreate | null {
  const input = incidentInput(form, composed, desk);
  const parsed = incidentCreate.safeParse({
    ...input,
    title: input.title || 'The title of the incident',
    body: input.body || 'What people should know.',
    notify: false,
  });
  return parsed.success ? parsed.data : null;
}
