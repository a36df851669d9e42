/* Finding on the board: cards whose row does not match are hidden; what is looked for lives in the address. */
'use strict';
(() => {
  const $ = (id) => document.getElementById(id);
  Page.find = (cards) => {
    const wanted = $('find').value.trim();
    const district = $('district')?.value || '';
    let shown = 0;
    for (const card of cards) {
      const row = card.matches('tr') ? card : card.parentElement;
      row.hidden = !(
        card.dataset.find.toLowerCase().includes(wanted.toLowerCase()) &&
        (!district || card.dataset.district === district)
      );
      shown += row.hidden ? 0 : 1;
    }
    const none = $('nomatch');
    none.hidden = !(wanted || district) || shown > 0;
    none.firstElementChild.textContent = Page.fill(none.dataset.words, {
      find: [wanted, district].filter(Boolean).join(' · '),
    });
    const here = new URL(location.href);
    for (const [name, value] of [
      ['find', wanted],
      ['district', district],
    ])
      if (value) here.searchParams.set(name, value);
      else here.searchParams.delete(name);
    if (here.href !== location.href) history.replaceState(null, '', here);
  };
})();
