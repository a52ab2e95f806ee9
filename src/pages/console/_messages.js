// Keeps the progress of messages true while some wait.
const messages = document.querySelector('[data-messages=waiting]');
if (messages) {
  const timer = setInterval(async () => {
    if (document.visibilityState !== 'visible') return;
    try {
      const page = new DOMParser().parseFromString(
        await (await fetch(location.pathname)).text(),
        'text/html',
      );
      const fresh = page.querySelector('[data-messages]');
      if (!fresh) return;
      messages.innerHTML = fresh.innerHTML;
      if (fresh.dataset.messages === 'done') clearInterval(timer);
    } catch {
      // Without a connection what was known last stays.
    }
  }, 3000);
}
