/* The board's week: find and filter in the address, arrows between cards, Enter opens the card's day. */
'use strict';
(() => {
  const $ = (id) => document.getElementById(id);
  const cards = () => [...document.querySelectorAll('.card[data-job]')].filter((card) => !card.parentElement.hidden);
  const open = (card) => location.assign(`/board?date=${card.dataset.on}&find=${encodeURIComponent(card.dataset.job)}`);
  function filter() {
    const find = $('find').value.trim().toLowerCase();
    const district = $('district').value;
    let shown = 0;
    document.querySelectorAll('.card[data-job]').forEach((card) => {
      card.parentElement.hidden = !(
        card.dataset.find.toLowerCase().includes(find) &&
        (!district || card.dataset.district === district)
      );
      shown += card.parentElement.hidden ? 0 : 1;
    });
    const none = $('nomatch');
    none.hidden = !(find || district) || shown > 0;
    none.firstElementChild.textContent = Page.fill(none.dataset.words, {
      find: [find, district].filter(Boolean).join(' · '),
    });
    const here = new URL(location.href);
    for (const [name, value] of [
      ['find', find],
      ['district', district],
    ])
      if (value) here.searchParams.set(name, value);
      else here.searchParams.delete(name);
    if (here.href !== location.href) history.replaceState(null, '', here);
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
