// Keeps on this device what is typed into a form, until it is sent and done. `data-draft` names the form; where it has
// `data-fresh` too, the server put nothing into it that was typed before. It says so in `data-kept`. Stands behind the
// page's own script, which may listen for `draft`: what was kept is back in the fields.
{
  const PENDING = 'daymark:pending';
  // Of one printing of a form alone.
  const NEVER = new Set(['once', 'seen', 'add']);
  const placeOf = (form) => `daymark:draft:${form.dataset.draft}`;
  const fieldsOf = (form) =>
    [...new FormData(form)].filter(([name, value]) => typeof value === 'string' && !NEVER.has(name));
  const say = (form, text) => {
    const kept = form.querySelector('[data-kept]');
    if (kept) kept.textContent = text;
    return kept;
  };
  const store = (form) => localStorage.setItem(placeOf(form), JSON.stringify(fieldsOf(form)));
  const forms = [...document.querySelectorAll('form[data-draft]')];

  // A form that was sent is done when a page without it follows, or this one says so.
  const pending = sessionStorage.getItem(PENDING);
  const isShown = forms.some((form) => form.dataset.draft === pending);
  if (pending && (!isShown || document.querySelector('[data-posted]'))) {
    localStorage.removeItem(`daymark:draft:${pending}`);
    sessionStorage.removeItem(PENDING);
  }

  function restore(form, entries) {
    for (const field of form.elements) {
      if (!field.name || NEVER.has(field.name)) continue;
      const values = entries.filter(([name]) => name === field.name).map(([, value]) => value);
      if (field.type === 'checkbox') field.checked = values.includes(field.value);
      else if (field.type === 'radio')
        field.checked = values.length > 0 ? values.includes(field.value) : field.checked;
      // What stood there when it was typed comes back too: who was faster meanwhile is not overwritten unseen.
      else if (values.length > 0 && (field.type !== 'hidden' || field.name === 'was'))
        field.value = values[0];
    }
    const fold = form.closest('details');
    if (fold) fold.open = true;
    const drop = document.createElement('button');
    drop.type = 'button';
    drop.className = 'plain';
    drop.textContent = 'Discard it';
    drop.addEventListener('click', () => {
      localStorage.removeItem(placeOf(form));
      location.reload();
    });
    say(form, 'Your draft is back. ')?.append(drop);
    form.dispatchEvent(new CustomEvent('draft', { detail: entries }));
  }

  for (const form of forms) {
    form.addEventListener('input', () => {
      store(form);
      say(form, 'Draft kept on this device');
    });
    form.addEventListener('submit', (event) => {
      // A button that needs no valid form ends nothing: a preview, one more row.
      if (event.defaultPrevented || event.submitter?.formNoValidate) return;
      if (!navigator.onLine) {
        event.preventDefault();
        say(form, 'There is no connection. What you wrote is kept on this device: send it when it is back.');
        store(form);
        return;
      }
      store(form);
      sessionStorage.setItem(PENDING, form.dataset.draft);
    });
    const draft = localStorage.getItem(placeOf(form));
    if (draft && form.dataset.fresh !== undefined) restore(form, JSON.parse(draft));
  }
}
