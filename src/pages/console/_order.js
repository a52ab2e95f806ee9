// Order by drag and by keyboard: a handle is pulled, or the arrow keys move its row. Each drop is one request.
const form = document.querySelector('[data-order]');
const said = document.querySelector('[data-said]');
let busy = Promise.resolve();

const rowOf = (element) => element.closest('[data-component], [data-group]');
const listOf = (row) => row.parentElement.closest('[data-list]');
const nameOf = (row) => row.querySelector('.what').textContent.trim();
const rowsIn = (list) => [...list.children];

// Where a row stands now, as the API takes it.
function placeOf(row) {
  if (row.dataset.group)
    return { path: `groups/${row.dataset.group}`, body: { position: rowsIn(listOf(row)).indexOf(row) + 1 } };
  const all = [...form.querySelectorAll('[data-component]')];
  const group = listOf(row).dataset.list;
  return {
    path: `components/${row.dataset.component}`,
    body: { group_id: group === '' ? null : group, position: all.indexOf(row) + 1 },
  };
}

async function store({ path, body }, text) {
  const answer = await fetch(form.dataset.order + path, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(body),
  });
  // What the server has is what is true.
  if (!answer.ok) location.reload();
  said.textContent = text;
}

function keep(row) {
  const place = placeOf(row);
  const rows = rowsIn(listOf(row));
  const text = `${nameOf(row)} stands at ${rows.indexOf(row) + 1} of ${rows.length}.`;
  busy = busy.then(() => store(place, text));
}

function step(row, by) {
  const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (by < 0) other.before(row);
  else other.after(row);
  row.querySelector('[data-handle]').focus();
  // A group without components takes up no position: it is the one that moves.
  keep(row.dataset.component && other.dataset.group ? other : row);
}

function drag(handle, row) {
  const before = row.nextElementSibling;
  const home = listOf(row);
  row.dataset.dragged = '';
  const move = (event) => {
    const under = document.elementFromPoint(event.clientX, event.clientY);
    if (!under || !form.contains(under) || row.contains(under)) return;
    const target = rowOf(under);
    const inside = under.closest('[data-list]');
    if (row.dataset.group) {
      // A group stays in the top level.
      const top = target?.parentElement.closest('[data-group]') ?? target;
      if (top && top !== row) beside(top, row, event.clientY);
    } else if (target?.dataset.group) {
      const own = target.querySelector('[data-list]');
      const box = target.getBoundingClientRect();
      if (event.clientY < box.top + 12) target.before(row);
      else own.prepend(row);
    } else if (target && target !== row) beside(target, row, event.clientY);
    else if (inside && inside !== listOf(row)) inside.append(row);
  };
  const end = () => {
    handle.removeEventListener('pointermove', move);
    delete row.dataset.dragged;
    if (row.nextElementSibling !== before || listOf(row) !== home) keep(row);
  };
  handle.addEventListener('pointermove', move);
  handle.addEventListener('lostpointercapture', end, { once: true });
}

function beside(target, row, y) {
  const box = target.getBoundingClientRect();
  if (y < box.top + box.height / 2) target.before(row);
  else target.after(row);
}

for (const handle of form?.querySelectorAll('[data-handle]') ?? []) {
  const row = rowOf(handle);
  handle.hidden = false;
  handle.addEventListener('pointerdown', (event) => {
    event.preventDefault();
    handle.focus();
    handle.setPointerCapture(event.pointerId);
    drag(handle, row);
  });
  handle.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
    event.preventDefault();
    step(row, event.key === 'ArrowUp' ? -1 : 1);
  });
}
if (form) form.dataset.ready = '';
