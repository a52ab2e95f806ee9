/** `npm run pictures`: draws what `src/render/pictures` describes, for when a mark, a colour or a headline has changed. */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { crc32, deflateSync } from 'node:zlib';
import { renderAsync } from '@resvg/resvg-js';
import { pictures } from '../render/pictures/picture.ts';

const resolve = createRequire(import.meta.url).resolve;
const font = {
  fontFiles: [resolve('@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf')],
  loadSystemFonts: false,
  defaultFontFamily: 'Inter',
};
const drawn: Record<string, string> = {};
for (const [name, svg] of Object.entries(pictures())) {
  const { pixels, width, height } = await renderAsync(svg, { font });
  const png = palettePng(pixels, width, height);
  drawn[name] = png.toString('base64');
  process.stdout.write(`${name}: ${png.length} bytes\n`);
}
const path = fileURLToPath(new URL('../render/pictures/drawn.json', import.meta.url));
writeFileSync(path, `${JSON.stringify(drawn, null, 2)}\n`);

/**
 * A PNG of at most 256 colours (PNG specification, colour type 3): flat pictures have no more, and are a quarter of the
 * size of one with all colours.
 */
function palettePng(pixels: Buffer, width: number, height: number): Buffer {
  const palette = new Map<number, number>();
  const rows = Buffer.alloc((width + 1) * height);
  for (let place = 0; place < width * height; place++) {
    const colour = pixels.readUIntBE(place * 4, 3);
    if (!palette.has(colour)) palette.set(colour, palette.size);
    rows[place + Math.floor(place / width) + 1] = palette.get(colour)!;
  }
  if (palette.size > 256) throw new Error(`a picture has ${palette.size} colours`);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  const colours = Buffer.from([...palette.keys()].flatMap((c) => [c >> 16, (c >> 8) & 255, c & 255]));
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    chunk('PLTE', colours),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
