// Makes the composer quicker where there is a script: the preview follows what is typed, components are added without a
// reload. What was typed is kept by `_draft.js`.
const form = document.querySelector('[data-draft]');
if (form) {
  const button = form.querySelector('[data-preview]');
  const frames = document.querySelector('[data-frames]');
  let frame = 0;

  /** The same form as the server prints it for these fields, without publishing anything. */
  async function reprint(entries) {
    const answer = await fetch(form.action, { method: 'POST', body: new URLSearchParams(entries) });
    if (!answer.headers.get('content-type')?.startsWith('text/html')) return null;
    return new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('[data-draft]');
  }

  function takeParts(fresh) {
    for (const part of form.querySelectorAll('[data-part]')) {
      const other = fresh.querySelector(`[data-part="${part.dataset.part}"]`);
      if (other) part.innerHTML = other.innerHTML;
    }
  }

  async function press(value, focus) {
    const once = form.querySelector('[name=once]').value;
    const fresh = await reprint([...new FormData(form), ['do', value], ['once', once]]).catch(() => null);
    if (!fresh) return form.requestSubmit(form.querySelector(`[name=do][value="${CSS.escape(value)}"]`));
    takeParts(fresh);
    form.querySelector(focus)?.focus();
    form.dispatchEvent(new Event('input'));
  }

  function preview() {
    const next = document.createElement('iframe');
    next.name = `preview-${++frame}`;
    next.title = frames.firstElementChild.title;
    next.sandbox = '';
    next.className = 'loading';
    frames.append(next);
    next.addEventListener('load', () => {
      if (next.name !== `preview-${frame}`) return;
      next.className = '';
      for (const old of [...frames.children]) if (old !== next) old.remove();
      document.documentElement.dataset.previewed = '';
    });
    button.formTarget = next.name;
    form.requestSubmit(button);
  }

  async function count() {
    const query = new URL(form.dataset.told, location.href);
    for (const box of form.querySelectorAll('[name^="c:"]:checked'))
      query.searchParams.append('component', box.name.slice(2));
    try {
      const { mails, webhooks } = await (await fetch(query)).json();
      const number = (value) => value.toLocaleString('en');
      const parts = [`${number(mails)} ${mails === 1 ? 'subscriber' : 'subscribers'} by mail`];
      if (webhooks > 0) parts.push(`${number(webhooks)} ${webhooks === 1 ? 'webhook' : 'webhooks'}`);
      form.querySelector('[data-audience]').textContent = parts.join(', ');
      form.querySelector('[data-button]').textContent =
        `Publish and tell ${mails + webhooks > 0 ? number(mails + webhooks) : 'nobody yet'}`;
    } catch {
      // Without a connection the last count stays.
    }
  }

  function tellNext() {
    const chosen = form.querySelector('[name=next]:checked');
    const minutes = chosen?.closest('[data-minutes]')?.dataset.minutes;
    const hint = form.querySelector('[data-next]');
    if (!hint) return;
    hint.dataset.server ??= hint.textContent;
    const at = new Date(Date.now() + Number(minutes) * 60_000);
    hint.textContent = minutes
      ? `${at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })} by your clock, shown on the page`
      : chosen?.value === 'none'
        ? 'The page promises no time.'
        : hint.dataset.server;
  }

  let timer = 0;
  function changed() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      tellNext();
      count().catch(() => {});
      if (matchMedia('(width >= 70rem)').matches) preview();
    }, 500);
  }

  form.addEventListener('input', (event) => {
    if (event.target.name === 'add') {
      if (event.target.value)
        press('add', `[name="c:${CSS.escape(event.target.value)}"]:checked`).catch(() => {});
      return;
    }
    changed();
  });

  button.addEventListener('click', (event) => {
    // Only a press of the visitor's own is trusted: what follows typing goes its way.
    if (!event.isTrusted) return;
    event.preventDefault();
    document.documentElement.dataset.previewed = '';
    preview();
    frames.scrollIntoView({ block: 'nearest' });
  });

  form.addEventListener('click', (event) => {
    const remove = event.target.closest('[value^="remove:"]');
    if (!remove) return;
    event.preventDefault();
    press(remove.value, '[name=add]').catch(() => {});
  });

  form.addEventListener('draft', ({ detail: entries }) => {
    reprint([...entries, ['do', 'keep'], ['once', form.querySelector('[name=once]').value]])
      .then((fresh) => fresh && takeParts(fresh))
      .catch(() => {})
      .finally(changed);
  });

  for (const add of form.querySelectorAll('[data-add]')) add.hidden = true;
  tellNext();
  if (matchMedia('(width >= 70rem)').matches) preview();
}
