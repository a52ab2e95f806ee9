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

// Where a row would go if it were dropped here: beside another, or into a group. Groups stay in the top level.
function dropAt(row, x, y) {
  const under = document.elementFromPoint(x, y);
  if (!under || !form.contains(under) || row.contains(under)) return null;
  let target = rowOf(under);
  if (row.dataset.group) target = target?.parentElement.closest('[data-group]') ?? target;
  if (!target || target === row) return null;
  const box = (target.querySelector('.place') ?? target).getBoundingClientRect();
  const isUpper = y < box.top + box.height / 2;
  if (target.dataset.group && row.dataset.component) return { target, where: isUpper ? 'before' : 'into' };
  return { target, where: isUpper ? 'before' : 'after' };
}

function drop(row, { target, where }) {
  if (where === 'before') target.before(row);
  else if (where === 'after') target.after(row);
  else target.querySelector('[data-list]').prepend(row);
}

// The row itself stays where it is until it is dropped: a handle that leaves the document lets go of the pointer.
function drag(handle, row) {
  let at = null;
  const mark = (next) => {
    delete at?.target.dataset.drop;
    at = next;
    if (at) at.target.dataset.drop = at.where;
  };
  const move = (event) => mark(dropAt(row, event.clientX, event.clientY));
  const end = (event) => {
    const chosen = event.type === 'pointerup' ? at : null;
    mark(null);
    delete row.dataset.dragged;
    handle.removeEventListener('pointermove', move);
    for (const name of ['pointerup', 'pointercancel']) handle.removeEventListener(name, end);
    if (!chosen) return;
    drop(row, chosen);
    keep(row);
  };
  row.dataset.dragged = '';
  handle.addEventListener('pointermove', move);
  for (const name of ['pointerup', 'pointercancel']) handle.addEventListener(name, end);
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
