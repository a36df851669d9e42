/* Lists that are ticked by a scanner: it types into the focused [data-scan] field and ends with Enter. */
'use strict';
(() => {
  const words = JSON.parse(document.getElementById('words').textContent);
  const say = (key, facts = {}) => Page.fill(words[key], facts);

  function scanned(code) {
    if (!code) return;
    const row = [...document.querySelectorAll('[data-code]')].find((one) => one.dataset.code.split(' ').includes(code));
    const told = document.getElementById('scan-said') || document.getElementById('toasts');
    if (!row) {
      told.textContent = say('scan_unknown', { code });
      return;
    }
    const count = row.querySelector('[data-scanned]');
    if (count.type === 'checkbox') count.checked = true;
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
