/* Package labels: what the service says about each, one under the other, two beside each other, to print. */
'use strict';
(async () => {
  const sheet = document.getElementById('labels');
  const zh = document.documentElement.lang !== 'en';
  const no = (text) => {
    sheet.replaceChildren(Object.assign(document.createElement('p'), { className: 'banner late', textContent: text }));
  };
  try {
    const answer = await fetch(sheet.dataset.from);
    const told = await answer.json();
    if (!answer.ok) {
      no(zh ? told.zh : told.en);
      return;
    }
    if (!told.labels.length) {
      no(sheet.dataset.none);
      return;
    }
    const pattern = document.getElementById('label').content.firstElementChild;
    for (const label of told.labels) {
      const one = pattern.cloneNode(true);
      for (const field of one.querySelectorAll('[data-say]')) {
        field.textContent = label[field.dataset.say];
        if (field.textContent && field.parentElement.hidden) field.parentElement.hidden = false;
      }
      one.querySelector('img').src = label.qr;
      one.querySelector('img').alt = label.code;
      sheet.append(one);
    }
  } catch {
    no(sheet.dataset.offline);
  }
})();
