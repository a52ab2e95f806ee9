// Copies what stands beside a button. Browsers allow it on https and on this machine only; elsewhere there is no button.
for (const button of document.querySelectorAll('[data-copy]')) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  const words = button.innerHTML;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = 'Copied';
    setTimeout(() => {
      button.innerHTML = words;
    }, 2000);
  });
}
