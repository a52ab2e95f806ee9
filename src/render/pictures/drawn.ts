import drawn from './drawn.json' with { type: 'json' };

/** The picture of a name (`pictureName`) as PNG. They are drawn ahead, by `npm run pictures`. */
export function pictureOf(name: string): Buffer {
  const png = (drawn as Record<string, string>)[name];
  if (png === undefined) throw new Error(`no picture is called ${name}: run npm run pictures`);
  return Buffer.from(png, 'base64');
}
