/* Importing files: progress, then what was taken and, row by row, refused and why. */
'use strict';
(() => {
  const words = JSON.parse(document.getElementById('words').textContent);
  const say = (key, facts = {}) => Page.fill(words[key], facts);
  const zh = document.documentElement.lang !== 'en';
  const SHOWN = 500; // rows on the page; the counts say all

  function report(form, told) {
    const box = form.querySelector('[data-report]');
    box.replaceChildren(document.getElementById('report').content.cloneNode(true));
    box.hidden = false;
    const banner = box.querySelector('.banner');
    banner.classList.add(told.refused.length ? 'late' : 'ok');
    banner.firstElementChild.textContent = say(told.refused.length ? 'import_some' : 'import_all', {
      taken: told.taken,
      repeated: told.repeated,
      refused: told.refused.length,
    });
    const waits = box.querySelector('[data-waiting]');
    waits.hidden = !told.waiting.length;
    waits.firstElementChild.textContent = `${say('import_waiting', { contracts: told.waiting.length })} ${told.waiting
      .slice(0, SHOWN)
      .map((one) => one.draft_no)
      .join('、')}`;
    const list = box.querySelector('ul');
    for (const key of ['went_on', 'waits_still'])
      if (told[key].length)
        item(list, `${say(`import_${key}`, { contracts: told[key].length })} ${told[key].slice(0, SHOWN).join('、')}`);
    leftOut(list, told.files);
    const body = box.querySelector('tbody');
    for (const row of told.refused.slice(0, SHOWN)) {
      const line = body.insertRow();
      for (const text of [row.file || '', row.row, zh ? row.reason : row.reason_en, row.rule])
        line.insertCell().textContent = text;
      line.cells[1].className = 'num';
    }
    box.querySelector('.scroll').hidden = !told.refused.length;
  }
  function item(list, textContent) {
    list.append(Object.assign(document.createElement('li'), { textContent }));
  }
  function leftOut(list, files) {
    // what a file has besides our rows and columns, file by file
    for (const file of files) {
      const said = [];
      if (file.ignored_columns.length) said.push(say('import_ignored', { columns: file.ignored_columns.join('、') }));
      if (file.ignored_rows.length) said.push(say('import_sums', { rows: file.ignored_rows.join('、') }));
      for (const text of said) item(list, `${file.file ? `${file.file}: ` : ''}${text}`);
    }
    list.hidden = !list.children.length;
  }
  function no(form, text, rule) {
    const box = form.querySelector('[data-report]');
    const banner = Object.assign(document.createElement('p'), {
      className: 'banner late',
      textContent: `${text}${rule ? ` (${rule})` : ''}`,
      tabIndex: -1,
    });
    banner.setAttribute('role', 'alert');
    box.replaceChildren(banner);
    box.hidden = false;
    banner.focus();
  }
  async function lines(answer, take) {
    // a JSON object a line
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { value, done } = await reader.read();
      const parts = (rest + (value || '')).split('\n');
      rest = parts.pop();
      parts.filter(Boolean).forEach((line) => take(JSON.parse(line)));
      if (done) {
        if (rest.trim()) take(JSON.parse(rest));
        return;
      }
    }
  }
  async function send(form) {
    const progress = form.querySelector('progress');
    const button = form.querySelector('button');
    button.disabled = true;
    progress.hidden = false;
    progress.removeAttribute('value');
    try {
      const answer = await fetch(form.dataset.uploadTo, {
        method: 'POST',
        headers: { Accept: 'application/x-ndjson' },
        body: new FormData(form),
      });
      if (!answer.ok) {
        const told = await answer.json();
        no(form, `${say('form_refused')} ${zh ? told.zh : told.en}`, told.rule);
        return;
      }
      if (!(answer.headers.get('Content-Type') || '').includes('ndjson')) {
        report(form, await answer.json());
        return;
      }
      await lines(answer, (told) => {
        if (told.report) report(form, told.report);
        else if (told.code) no(form, `${say('form_refused')} ${zh ? told.zh : told.en}`, told.rule);
        else {
          progress.max = told.total;
          progress.value = told.done;
        }
      });
    } catch {
      no(form, say('form_offline'));
    } finally {
      button.disabled = false;
      progress.hidden = true;
    }
  }
  document.addEventListener('submit', (event) => {
    if (!event.target.matches('[data-upload-to]')) return;
    event.preventDefault();
    send(event.target);
  });
})();
