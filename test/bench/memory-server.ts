import http from 'node:http';

/**
 * A process of its own: `node memory-server.ts URL ENCODING` reads one answer of another server and sends the same
 * bytes from memory to everybody. It prints its port.
 */
const [url = '', encoding = 'identity'] = process.argv.slice(2);

http.get(url, { headers: { 'accept-encoding': encoding } }, (answer) => {
  const chunks: Buffer[] = [];
  answer.on('data', (chunk: Buffer) => chunks.push(chunk));
  answer.on('end', () => serve(answer, Buffer.concat(chunks)));
});

function serve(answer: http.IncomingMessage, body: Buffer): void {
  const own = new Set(['date', 'connection', 'keep-alive', 'transfer-encoding', 'content-length']);
  const headers: Record<string, string | string[]> = { 'content-length': String(body.length) };
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined && !own.has(name)) headers[name] = value;
  }
  const server = http.createServer((_request, response) => {
    response.writeHead(answer.statusCode ?? 200, headers);
    response.end(body);
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    process.stdout.write(`${typeof address === 'object' && address !== null ? address.port : 0}\n`);
  });
}
