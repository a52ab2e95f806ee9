import type { Answer } from './declare.ts';

/** An answer of many pieces. Chunked, which the server takes as the word to send it piece by piece. */
export function streamed(
  { type, chunks, fileName }: NonNullable<Answer['stream']>,
  status: number,
  headers: Headers,
): Response {
  headers.set('Content-Type', `${type}; charset=utf-8`);
  headers.set('Transfer-Encoding', 'chunked');
  if (fileName) headers.set('Content-Disposition', `attachment; filename="${fileName}"`);
  const encoder = new TextEncoder();
  const pieces = (async function* () {
    yield* chunks;
  })();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await pieces.return();
    },
  });
  return new Response(body, { status, headers });
}
