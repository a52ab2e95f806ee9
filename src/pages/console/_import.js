// Imports a file in slices: each is one request, so the bar shows what is really in, and nothing has to fit one answer.
const form = document.querySelector('[data-import]');
const out = document.querySelector('[data-progress]');
const LINES = 500;
const BYTES = 200_000;
const MOST_BYTES = 10 * 1024 * 1024;
const MOST_SHOWN = 1000;
const words = JSON.parse(form.dataset.words);
const figure = new Intl.NumberFormat('en');

const part = (name) => out.querySelector(`[data-${name}]`);

// As the server reads them: a line is a record, and the first decides what parts its cells.
function cellsOf(line, delimiter) {
  const cells = [''];
  let quoted = false;
  for (const letter of line) {
    if (letter === '"') quoted = !quoted;
    else if (letter === delimiter && !quoted) cells.push('');
    else cells[cells.length - 1] += letter;
  }
  return cells.map((cell) => cell.trim());
}

function delimiterOf(line) {
  return [',', '\t', ';'].find((one) => line.includes(one)) ?? ',';
}

// The lines with their numbers, parted from what names their columns.
function linesOf(text) {
  const lines = text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/)
    .map((line, place) => ({ line, number: place + 1 }))
    .filter(({ line }) => line.trim() !== '');
  const first = lines[0]?.line ?? '';
  const delimiter = delimiterOf(first);
  const names = cellsOf(first, delimiter).map((name) => name.toLowerCase());
  const found = names.findIndex((name) => /^(e-?mail|email[ _]address)$/.test(name));
  if (found < 0 && names[0]?.includes('@'))
    return { header: `email${delimiter}components`, delimiter, at: 0, lines };
  return { header: first, delimiter, at: found, lines: lines.slice(1) };
}

// Slices of a bounded size. A line whose address stood in an earlier slice is refused here: each request sees its own
// lines only.
function* slicesOf({ header, delimiter, at, lines }, repeated) {
  const seen = new Map();
  let slice = [];
  let size = 0;
  for (const one of lines) {
    const email = at < 0 ? '' : (cellsOf(one.line, delimiter)[at] ?? '').toLowerCase();
    if (email.includes('@') && seen.has(email)) {
      repeated.push({
        line: one.number,
        email,
        result: 'refused',
        reason: 'duplicate',
        detail: seen.get(email),
      });
      continue;
    }
    seen.set(email, one.number);
    slice.push(one);
    size += one.line.length;
    if (slice.length < LINES && size < BYTES) continue;
    yield { text: [header, ...slice.map(({ line }) => line)].join('\n'), slice };
    slice = [];
    size = 0;
  }
  if (slice.length > 0) yield { text: [header, ...slice.map(({ line }) => line)].join('\n'), slice };
}

function sentenceOf(answer) {
  return typeof answer.detail === 'string'
    ? answer.detail
    : (answer.detail?.[0]?.msg ?? 'It could not be imported.');
}

async function send(text) {
  const answer = await fetch(form.dataset.import, {
    method: 'POST',
    headers: { 'content-type': 'text/csv; charset=utf-8', accept: 'application/json' },
    body: text,
  });
  const said = await answer.json();
  if (!answer.ok) throw new Error(sentenceOf(said));
  return said;
}

function refusal({ reason, detail }) {
  return words[reason].replace('{detail}', detail ?? '');
}

function show(sums, done, all) {
  part('how-far').textContent = `${figure.format(done)} of ${figure.format(all)} lines`;
  const bar = out.querySelector('progress');
  bar.max = all;
  bar.value = done;
  part('sum').textContent =
    `${figure.format(sums.added)} added, ${figure.format(sums.updated)} changed, ` +
    `${figure.format(sums.unchanged)} were there already, ${figure.format(sums.refused)} refused.`;
}

function list(lines) {
  const rows = part('refused');
  for (const line of lines.slice(0, Math.max(0, MOST_SHOWN - rows.children.length))) {
    const row = document.createElement('li');
    for (const [kind, text] of [
      ['soft', `Line ${figure.format(line.line)}`],
      ['what', line.email],
      ['', refusal(line)],
    ]) {
      const cell = document.createElement('span');
      cell.className = kind;
      cell.textContent = text;
      row.append(cell);
    }
    rows.append(row);
  }
  rows.hidden = rows.children.length === 0;
}

function offerReport(reports) {
  const cell = (text) =>
    `"${String(text ?? '')
      .replace(/^(?=[=+\-@\t])/, "'")
      .replaceAll('"', '""')}"`;
  const rows = reports
    .sort((one, other) => one.line - other.line)
    .map((one) => [one.line, one.email, one.result, one.reason, one.detail].map(cell).join(','));
  const file = new Blob([['line,email,result,reason,detail', ...rows].join('\r\n')], { type: 'text/csv' });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = 'import-report.csv';
  link.textContent = 'Download the report of every line';
  part('download').replaceChildren(link);
  part('download').hidden = false;
}

async function run(text) {
  const file = linesOf(text);
  const sums = { added: 0, updated: 0, unchanged: 0, refused: 0 };
  const repeated = [];
  const reports = [];
  let done = 0;
  out.hidden = false;
  part('refused').replaceChildren();
  part('download').hidden = true;
  show(sums, 0, file.lines.length);
  // A file of nothing but its first line is judged by the server.
  if (file.lines.length === 0) await send(file.header);
  for (const { text: body, slice } of slicesOf(file, repeated)) {
    const said = await send(body);
    const lines = said.lines.map((one) => ({ ...one, line: slice[one.line - 2].number }));
    const refusedHere = repeated.splice(0);
    for (const result of Object.keys(sums)) sums[result] += said[result];
    sums.refused += refusedHere.length;
    reports.push(...lines, ...refusedHere);
    done += slice.length + refusedHere.length;
    list([...lines.filter(({ result }) => result === 'refused'), ...refusedHere]);
    show(sums, done, file.lines.length);
    if (said.stopped_at_line !== null)
      throw new Error('It broke off. Import the same file again: what is in stays.');
  }
  sums.refused += repeated.length;
  reports.push(...repeated);
  list(repeated);
  show(sums, file.lines.length, file.lines.length);
  offerReport(reports);
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const file = form.elements.file.files[0];
  const button = form.querySelector('[type=submit]');
  button.disabled = true;
  try {
    if (file && file.size > MOST_BYTES) throw new Error('The file is larger than 10 MiB. Part it in two.');
    await run(file ? await file.text() : form.elements.csv.value);
    part('how-far').textContent += ': done';
  } catch (error) {
    out.hidden = false;
    part('how-far').textContent = error.message;
  } finally {
    button.disabled = false;
  }
});
