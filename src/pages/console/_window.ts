/** A maintenance window, as the forms of the console say it. */
import type { Form } from '../../http/form.ts';
import { timeOfField } from './_local-time.ts';

/** The body of `POST …/maintenance`. @throws DomainError invalid for times that can't be */
export function windowInput(form: Form, zone: string): Record<string, unknown> {
  const remind = form.text('remind_before_minutes');
  return {
    title: form.text('title'),
    body: form.text('body'),
    starts_at: timeOfField(form.text('starts_at'), zone, 'starts_at') ?? '',
    ends_at: timeOfField(form.text('ends_at'), zone, 'ends_at') ?? '',
    component_ids: form.all('component'),
    auto_start: form.isTicked('auto', 'start'),
    auto_complete: form.isTicked('auto', 'complete'),
    remind_before_minutes: remind === '' ? null : Number(remind),
    notify: form.isTicked('notify', 'yes'),
  };
}

/** When those who follow are reminded. */
export const REMINDERS = [
  { value: '', label: 'No reminder' },
  { value: '15', label: '15 minutes before' },
  { value: '60', label: '1 hour before' },
  { value: '1440', label: '1 day before' },
  { value: '10080', label: '1 week before' },
];
