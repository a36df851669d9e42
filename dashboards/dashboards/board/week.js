/* The board's week: find and filter in the address, arrows between cards, Enter opens the card's day. */
'use strict';
(() => {
  const $ = (id) => document.getElementById(id);
  const cards = () => [...document.querySelectorAll('.card[data-job]')].filter((card) => !card.parentElement.hidden);
  const open = (card) => location.assign(`/board?date=${card.dataset.on}&find=${encodeURIComponent(card.dataset.job)}`);
  function filter() {
    Page.find(document.querySelectorAll('.card[data-job]'));
    const all = cards();
    if (!all.some((card) => card.tabIndex === 0) && all[0]) all[0].tabIndex = 0;
  }
  document.addEventListener('click', (event) => {
    const card = event.target.closest('.card[data-job]');
    if (card) open(card);
    if (event.target.closest('[data-act=clear]')) {
      event.preventDefault();
      $('find').value = '';
      $('district').value = '';
      filter();
    }
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === '/' && !event.target.matches('input, select')) {
      event.preventDefault();
      $('find').focus();
      return;
    }
    const card = event.target.closest?.('.card[data-job]');
    if (!card) return;
    if (event.key === 'Enter' || event.key === 'm') open(card);
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    const all = cards();
    const to = step && all[all.indexOf(card) + step];
    if (!to) return;
    event.preventDefault();
    card.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  });
  $('find').addEventListener('input', filter);
  $('find').form.addEventListener('submit', (event) => {
    event.preventDefault();
    cards()[0]?.focus();
  });
  $('district').addEventListener('change', filter);
  $('stream').addEventListener('htmx:sse:after:message', filter);
  const asked = new URL(location.href).searchParams;
  $('find').value = asked.get('find') || '';
  $('district').value = asked.get('district') || '';
  filter();
})();
