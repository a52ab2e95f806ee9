/** Examples of code: a button that copies what is shown, and one choice of language for all of them. */

const COPIED_MS = 2_000;

function prepareCopying(): void {
  if (!navigator.clipboard) return;
  for (const box of document.querySelectorAll<HTMLElement>('.code')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = 'Copy';
    button.addEventListener('click', async () => {
      const shown = [...box.querySelectorAll('pre')].find((one) => one.offsetParent !== null);
      await navigator.clipboard.writeText(`${shown?.textContent ?? ''}\n`);
      button.textContent = 'Copied';
      setTimeout(() => {
        button.textContent = 'Copy';
      }, COPIED_MS);
    });
    box.prepend(button);
  }
}

/** Whoever chooses a language means it of every example. What they look at stays where it is. */
function chooseEverywhere(chosen: HTMLInputElement): void {
  const place = chosen.getBoundingClientRect().top;
  for (const input of document.querySelectorAll<HTMLInputElement>('.code input')) {
    if (input.value === chosen.value) input.checked = true;
  }
  scrollBy(0, chosen.getBoundingClientRect().top - place);
}

document.addEventListener('DOMContentLoaded', () => {
  prepareCopying();
  document.addEventListener('change', ({ target }) => {
    if (target instanceof HTMLInputElement && target.closest('.code')) chooseEverywhere(target);
  });
});
