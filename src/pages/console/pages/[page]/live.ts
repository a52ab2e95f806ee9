/** Which revision readers see: asked by the script of an open board. */
import type { APIRoute } from 'astro';
import { publishingState } from '../../../../manage/publishing-state.ts';
import { publishedWords } from '../../../../text/published-words.ts';
import { atPage } from '../../_page.ts';

export const GET: APIRoute = async (context) => {
  const { page, dates } = await atPage(context, 'live/', 'pages:read');
  return Response.json(publishedWords(publishingState(page), dates));
};
