/** Correcting the text of an update: the same for incidents and maintenance windows. */
import type { CorrectionView } from '../../components/console/correction.ts';
import type { Form } from '../../http/form.ts';
import { type Desk, liveSentence } from './_page.ts';

interface Correction {
  form: Form;
  update: { id: string; body: string; createdAt: number };
  /** The title of the incident or window. */
  title: string;
  /** The page of the incident or window. */
  back: string;
}

/**
 * Corrects the text as the form wants it, unless somebody else changed it meanwhile.
 *
 * @param edit stores what was typed; null when it is refused
 * @returns what is to be said of it, or null when the form is to be shown again
 */
export async function correct(
  desk: Desk,
  { form, update }: Correction,
  edit: (typed: { body: string }) => Promise<{ revision: number } | null>,
): Promise<string | null> {
  if (form.isOutdated('was', update.body)) {
    form.fail(`It was changed by somebody else meanwhile, to: “${update.body}”. Your text is kept below.`);
    return null;
  }
  const done = await edit({ body: form.text('body') });
  return done && `The text is corrected. ${await liveSentence(desk, done.revision)}`;
}

/** The form as it stands after that. */
export function correctionView(
  { dates, now }: Desk,
  { form, update, title, back }: Correction,
): CorrectionView {
  return {
    about: `${title} · ${dates.moment(update.createdAt, now)}`,
    problems: form.problems,
    was: update.body,
    body: form.field('body', update.body),
    back,
    draft: `${back}updates/${update.id}/`,
    fresh: !form.sent,
  };
}
