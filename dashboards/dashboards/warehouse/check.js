/* A label's code, checked by anybody: genuine, voided, or never made by us. */
'use strict';
(async () => {
  const zh = document.documentElement.lang !== 'en';
  const box = document.getElementById('check');
  const verdict = document.getElementById('verdict');
  const say = (text, state) => {
    verdict.className = `banner ${state}`;
    verdict.textContent = text;
  };
  const form = document.getElementById('other');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    location.assign(`/check/${encodeURIComponent(form.elements.code.value.trim())}`);
  });
  if (!box.dataset.code) return;
  try {
    const answer = await fetch(`/api/labels/${encodeURIComponent(box.dataset.code)}`);
    const told = await answer.json();
    say(zh ? told.zh : told.en, answer.ok && told.genuine ? 'ok' : 'late');
    if (!answer.ok) return;
    for (const field of box.querySelectorAll('[data-say]')) {
      field.textContent = told[field.dataset.say] ?? '—';
      if (field.hidden && field.textContent) field.hidden = field.previousElementSibling.hidden = false;
    }
    document.getElementById('facts').hidden = false;
  } catch {
    say(box.dataset.offline, 'late');
  }
})();
