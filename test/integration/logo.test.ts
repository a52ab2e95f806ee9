/** A page's logo: what is taken, where readers see it, and that it goes again. */
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { filedMails } from '../mail/desk.ts';
import { OWNER_ENV, signedIn, type Visitor } from '../server/console.ts';
import { type Daymark, startDaymark } from '../server/daymark.ts';
import { firstPage, type MadePage, until } from '../server/first-page.ts';

let daymark: Daymark;
let page: MadePage;
let owner: Visitor;
beforeAll(async () => {
  daymark = await startDaymark({ env: OWNER_ENV });
  page = await firstPage(daymark, { name: 'Northwind' });
  owner = await signedIn(daymark);
});
afterAll(() => daymark.stop());

function chunk(name: string, data: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(data.length);
  // Nobody here looks at checksums.
  return Buffer.concat([head, Buffer.from(name, 'latin1'), data, Buffer.alloc(4)]);
}

/** A PNG of one grey, filled up to a size. */
function png(width: number, height: number, bytes = 0): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head[8] = 8;
  const lines = deflateSync(Buffer.alloc((width + 1) * height, 0));
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    ...[
      chunk('IHDR', head),
      chunk('tEXt', Buffer.alloc(bytes)),
      chunk('IDAT', lines),
      chunk('IEND', Buffer.alloc(0)),
    ],
  ]);
}

/** The head of a WebP without loss (RFC 9649, section 3.4). */
function webp(width: number, height: number): Buffer {
  const data = Buffer.alloc(20);
  data[0] = 0x2f;
  data.writeUInt32LE((width - 1) | ((height - 1) << 14), 1);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(data.length);
  const body = Buffer.concat([Buffer.from('WEBPVP8L'), size, data]);
  const all = Buffer.alloc(4);
  all.writeUInt32LE(body.length);
  return Buffer.concat([Buffer.from('RIFF'), all, body]);
}

async function send(wish: string, file?: Buffer) {
  const form = new FormData();
  form.set('do', wish);
  if (file) form.set('logo', new Blob([new Uint8Array(file)]), 'logo.png');
  const request = new Request('http://127.0.0.1/', { method: 'POST', body: form });
  const body = Buffer.from(await request.arrayBuffer());
  const headers = { 'content-type': request.headers.get('content-type') ?? '', origin: daymark.url };
  return owner.request('POST', '/console/pages/northwind/settings/', body, headers);
}

const read = (path: string) => daymark.api('GET', path, undefined, { authorization: '' });
const logoIn = (html: string) =>
  /<img class="logo" src="\.\/(logo-\w+\.(?:png|webp))" alt="">/.exec(html)?.[1];

test('A logo stands at the head of the page, is a file beside it, and goes again', async () => {
  const picture = png(120, 40);
  expect((await send('logo', picture)).status).toBe(303);
  const shown = async () => logoIn((await read('/p/northwind/')).text);
  await until(async () => (await shown()) !== undefined, 'the page shows it');
  const name = (await shown()) ?? '';
  expect(name).toMatch(/\.png$/);
  const file = await read(`/p/northwind/${name}`);
  expect([file.status, file.headers['content-type']]).toEqual([200, 'image/png']);
  expect(Number(file.headers['content-length'])).toBe(picture.length);

  expect((await send('logo', webp(64, 64))).status).toBe(303);
  await until(async () => (await shown()) !== name, 'the page shows the other one');
  const next = (await shown()) ?? '';
  expect((await read(`/p/northwind/${next}`)).headers['content-type']).toBe('image/webp');
  await until(async () => (await read(`/p/northwind/${name}`)).status === 404, 'the first logo is gone');

  const preview = await owner.post('/console/pages/northwind/preview/', { title: 'Slow', body: 'We look.' });
  expect(preview.text).toContain(
    `<img class="logo" src="data:image/webp;base64,${webp(64, 64).toString('base64')}"`,
  );

  await daymark.api('POST', `/api/v1/pages/${page.id}/subscribers`, { email: 'ann@example.com' });
  await daymark.api('POST', `/api/v1/pages/${page.id}/incidents`, { title: 'Slow', body: 'We look.' });
  let html = '';
  await until(async () => {
    html = (await filedMails(daymark.dataDir)).map((mail) => String(mail.html)).join('');
    return html !== '';
  }, 'a mail is sent');
  expect(html).toContain(`src="${daymark.url}/p/northwind/${next}"`);

  expect((await send('no-logo')).status).toBe(303);
  await until(async () => (await shown()) === undefined, 'the page shows none any more');
});

test.each([
  ['no file', undefined, 'Choose a picture first.'],
  [
    'another kind of file',
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'.padEnd(200)),
    'must be a whole PNG or WebP',
  ],
  ['a PNG that was cut off', png(120, 40).subarray(0, -6), 'must be a whole PNG or WebP'],
  ['one of a single pixel', png(1, 1), 'The logo has 1 × 1 pixels.'],
  ['one that would fill a wall', webp(16_000, 16_000), 'The logo has 16000 × 16000 pixels.'],
  ['one that is too large', png(120, 40, 64 * 1024), 'larger than 64 KiB'],
])('The settings refuse as a logo %s', async (_name, file, words) => {
  const answer = await send('logo', file);
  expect(answer.status).toBe(422);
  expect(answer.text).toContain(words);
});
