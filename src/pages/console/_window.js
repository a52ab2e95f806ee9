// Says what the times of a window are by the reader's own clock, and how long it lasts; keeps what was typed.
const form = document.querySelector('[data-draft]');
const moments = document.querySelector('[data-moments]');
const PENDING = 'daymark:pending';
const pending = sessionStorage.getItem(PENDING);
if (pending && (pending !== form?.dataset.draft || document.querySelector('[data-posted]'))) {
  localStorage.removeItem(`daymark:draft:${pending}`);
  sessionStorage.removeItem(PENDING);
}

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
  if (!moments || start === '' || end === '') return;
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
  const key = `daymark:draft:${form.dataset.draft}`;
  const kept = form.querySelector('[data-kept]');
  const fields = () => [...new FormData(form)].filter(([name]) => name !== 'once');
  form.addEventListener('input', () => {
    tell();
    localStorage.setItem(key, JSON.stringify(fields()));
    if (kept) kept.textContent = 'Draft kept on this device';
  });
  form.addEventListener('submit', () => sessionStorage.setItem(PENDING, form.dataset.draft));
  const draft = localStorage.getItem(key);
  if (draft && form.dataset.fresh !== undefined) {
    const entries = JSON.parse(draft);
    for (const field of form.elements) {
      if (field.type === 'checkbox')
        field.checked = entries.some(([name, value]) => name === field.name && value === field.value);
      else if (field.name && field.type !== 'hidden')
        field.value = entries.find(([name]) => name === field.name)?.[1] ?? field.value;
    }
    if (kept) kept.textContent = 'Your draft is back.';
  }
  tell();
}
