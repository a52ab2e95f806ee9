import type { Answer, PageRef, RouteContext } from './declare.ts';

const LONGEST_WAIT_S = 30;

/** `Prefer: wait=n` (RFC 7240): the answer comes when readers can see the write, or when the time is up. */
export async function waiting(
  { request, locals }: RouteContext,
  page: PageRef,
  answer: Answer,
): Promise<Answer> {
  const wanted = /(?:^|,)\s*wait\s*=\s*"?(\d{1,4})"?\s*(?:[;,]|$)/i.exec(
    request.headers.get('prefer') ?? '',
  )?.[1];
  const pageId = answer.pageId ?? page.id;
  if (wanted === undefined || answer.revision === undefined || pageId === '') return answer;
  const seconds = Math.min(Number(wanted), LONGEST_WAIT_S);
  // The write is on disk, whatever becomes of the question.
  const published = await locals.services
    .published(pageId, answer.revision, seconds * 1000)
    .catch(() => false);
  return published ? { ...answer, headers: { ...answer.headers, 'Preference-Applied': 'wait' } } : answer;
}
