/* Loaded before anything is shown: what people send or scan before the page's other scripts are there is kept for them,
   instead of leaving the page or being lost. */
'use strict';
window.Early = { sent: [], scanned: [] };
(() => {
  const early = window.Early;
  const sent = (event) => {
    if (!event.target.matches('[data-api]')) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    early.sent.push([event.target, event.submitter]);
  };
  const scanned = (event) => {
    if (event.key !== 'Enter' || !event.target.matches('[data-scan]')) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    early.scanned.push(event.target.value.trim());
    event.target.value = '';
  };
  document.addEventListener('submit', sent, true);
  document.addEventListener('keydown', scanned, true);
  // deferred scripts have run by then; what was scanned counts before what was sent
  document.addEventListener('DOMContentLoaded', () => {
    document.removeEventListener('submit', sent, true);
    document.removeEventListener('keydown', scanned, true);
    setTimeout(() => early.sent.forEach(([form, button]) => form.requestSubmit(button)));
  });
})();
