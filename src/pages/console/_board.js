// Makes the board quicker where there is a script: groups are ticked as a whole, what is live stays true.
const board = document.querySelector('.board');

function ticked() {
  return board.querySelectorAll('[name=component]:checked').length;
}

function tell() {
  const chosen = board.querySelector('[data-chosen]');
  if (chosen) chosen.textContent = `${ticked()} chosen. `;
}

if (board) {
  for (const all of board.querySelectorAll('[data-group]')) {
    all.hidden = false;
    const own = [...board.querySelectorAll(`[data-of="${all.dataset.group}"]`)];
    all.addEventListener('change', () => {
      for (const box of own) box.checked = all.checked;
      tell();
    });
    for (const box of own)
      box.addEventListener('change', () => {
        all.checked = own.every((one) => one.checked);
        all.indeterminate = !all.checked && own.some((one) => one.checked);
      });
  }
  board.addEventListener('change', tell);
  tell();
}

const live = document.querySelector('[data-live]');

async function look() {
  if (document.visibilityState !== 'visible') return;
  try {
    const answer = await fetch(live.dataset.live, { headers: { accept: 'application/json' } });
    if (!answer.ok) return;
    const { text, status } = await answer.json();
    const words = live.querySelector('[data-text]');
    if (words.textContent !== text) words.textContent = text;
    live.dataset.status = status;
  } catch {
    // Without a connection what was known last stays.
  }
}

if (live) setInterval(look, 4000);
