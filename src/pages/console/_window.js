// Says what the times of a window are by the reader's own clock, and how long it lasts.
const moments = document.querySelector('[data-moments]');
const form = moments?.closest('form');

/** The moment at which the clocks of a zone show this. */
function momentOf(text, zone) {
  const wanted = Date.parse(`${text}Z`);
  const shown = (at) =>
    Date.parse(
      `${new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }).format(at).replace(' ', 'T')}Z`,
    );
  let at = wanted - (shown(wanted) - wanted);
  at += wanted - shown(at);
  return at;
}

function tell() {
  const [start, end] = ['starts_at', 'ends_at'].map(
    (name) => document.querySelector(`[name=${name}]`)?.value ?? '',
  );
  if (start === '' || end === '') return;
  const [from, to] = [momentOf(start, moments.dataset.zone), momentOf(end, moments.dataset.zone)];
  const minutes = Math.round((to - from) / 60_000);
  const words = new Intl.DateTimeFormat([], { dateStyle: 'medium', timeStyle: 'short' });
  const length =
    minutes >= 60
      ? `${Math.floor(minutes / 60)} h ${minutes % 60 ? `${minutes % 60} min` : ''}`
      : `${minutes} min`;
  moments.textContent =
    minutes > 0
      ? `By your clock ${words.formatRange(from, to)}; in UTC ${new Date(from).toISOString().slice(0, 16).replace('T', ' ')}. It lasts ${length.trim()}.`
      : 'It would end before it starts.';
}

if (form) {
  for (const kind of ['input', 'draft']) form.addEventListener(kind, tell);
  tell();
}
