/* Lists that are ticked by a scanner: it types into the focused [data-scan] field and ends with Enter. */
'use strict';
(() => {
  const words = JSON.parse(document.getElementById('words').textContent);
  const labelled = new Map(); // row -> labels of packages that were scanned, each once
  const say = (key, facts = {}) => Page.fill(words[key], facts);

  function scanned(typed) {
    // a label's QR holds the address where its code is checked
    const code = typed.includes('/check/') ? decodeURIComponent(typed.split('/check/').pop()) : typed;
    if (!code) return;
    const row = [...document.querySelectorAll('[data-code]')].find((one) => one.dataset.code.split(' ').includes(code));
    const told = document.getElementById('scan-said') || document.getElementById('toasts');
    if (!row) {
      told.textContent = say('scan_unknown', { code });
      return;
    }
    const count = row.querySelector('[data-scanned]');
    const pieces = row.dataset.pieces && JSON.parse(row.dataset.pieces)[code];
    if (pieces) {
      const labels = labelled.get(row) || labelled.set(row, new Set()).get(row);
      if (labels.has(code)) {
        told.textContent = say('scan_twice', { code });
        return;
      }
      count.value = (labels.size ? Number(count.value || 0) : 0) + pieces;
      labels.add(code);
      row.closest('details')?.setAttribute('open', '');
    } else if (count.type === 'checkbox') count.checked = true;
    else count.value = Number(count.value || 0) + 1;
    count.dispatchEvent(new Event('input', { bubbles: true }));
    row.classList.remove('fresh');
    requestAnimationFrame(() => row.classList.add('fresh'));
    row.scrollIntoView({ block: 'nearest' });
    told.textContent = say('scanned', { code, n: count.type === 'checkbox' ? 1 : count.value });
  }
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !event.target.matches('[data-scan]')) return;
    event.preventDefault();
    scanned(event.target.value.trim());
    event.target.value = '';
  });
  document.addEventListener('DOMContentLoaded', () => window.Early.scanned.forEach(scanned));
})();
