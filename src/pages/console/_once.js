// A second click on the button of a form whose answer holds a secret would take the answer away: it sends nothing.
document.addEventListener('submit', (event) => {
  if ('sent' in event.target.dataset) event.preventDefault();
  else event.target.dataset.sent = '';
});
// Whoever comes back to the form may send it again.
window.addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent;
});
