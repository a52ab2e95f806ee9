/** A form that is taken once, however often it is sent: by a double click, or again after a lost connection. */
import { hash } from 'node:crypto';
import { newId } from '../domain/ids.ts';
import type { Manager } from '../manage/command.ts';
import type { ConsoleUser } from './console.ts';
import type { Form } from './form.ts';

/** The value of the hidden field `once`: of a form that was sent before the same again. */
export function onceToken(form: Form): string {
  return (form.sent && form.text('once')) || newId();
}

/**
 * Does the work in one transaction with the note that it is done; whoever sends the same form again gets the outcome of
 * the first time. The same is all that was typed: somebody who went back in their browser and wrote something else
 * means something else. A form without its hidden field is taken each time.
 *
 * @param Outcome is kept as JSON
 */
export async function once<Outcome>(
  me: ConsoleUser,
  form: Form,
  work: (manager: Manager) => Promise<Outcome>,
): Promise<Outcome> {
  const id = hash('sha256', JSON.stringify(['form', me.user.id, form.entries()]));
  return me.services.inOneTransaction(async (inside) => {
    if (form.text('once') === '') return work(inside.manager);
    const known = await inside.repeated.find(id);
    if (known) return known.answer.body as Outcome;
    const outcome = await work(inside.manager);
    await inside.repeated.keep(id, 'form', { body: outcome });
    return outcome;
  });
}
