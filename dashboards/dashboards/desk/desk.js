/* Pages where people type: forms that ask the API, lists by keyboard, parts that renew themselves.
   <form data-api="POST /api/x/{field}"> fields become JSON: dotted names nest, data-type is
   number|fen|list|civil|hour (of `on`)|json|bool, rows of [data-list=name] become a list (those with data-needs=field
   only when it is filled; data-each=name: one request a row), data-upload sends files first.
   data-done = what the toast says; data-after = where to go; data-version = If-Match; a button may carry its own
   data-api. */
'use strict';
(() => {
  const $ = (id) => document.getElementById(id);
  const words = JSON.parse($('words').textContent);
  const say = (key, facts = {}) => Page.fill(words[key], facts);
  const zh = document.documentElement.lang !== 'en';
  const make = (tag, values) => Object.assign(document.createElement(tag), values);
  const pause = (ms) =>
    new Promise((done) => {
      setTimeout(done, ms);
    });

  function toast(text) {
    const box = make('div', { className: 'toast', textContent: text });
    $('toasts').append(box);
    setTimeout(() => box.remove(), 8000);
  }
  const kept = sessionStorage.getItem('toast');
  if (kept) {
    sessionStorage.removeItem('toast');
    toast(kept);
  }

  /* fields -> body */
  function civil(text) {
    // a datetime-local field shows the company's clock
    const parts = new Intl.DateTimeFormat('en', {
      timeZone: 'Asia/Shanghai',
      timeZoneName: 'longOffset',
    }).formatToParts(new Date(text));
    const zone = parts.find((part) => part.type === 'timeZoneName').value.replace('GMT', '');
    return `${text.length === 16 ? `${text}:00` : text}${zone || 'Z'}`;
  }
  const TYPES = {
    text: (text) => text,
    number: Number,
    fen: (text) => Math.round(Number(text) * 100),
    numbers: Number,
    ints: (text) =>
      text
        .split(/[\s,，、]+/)
        .filter(Boolean)
        .map(Number),
    list: (text) => text.split(/[\s,，、;；]+/).filter(Boolean),
    civil,
    json: JSON.parse,
    bool: (text) => text === 'true' || text === '1' || text === 'on',
  };
  function put(body, name, value) {
    const path = name.split('.');
    const last = path.pop();
    const steps = [...path, last]; // a.0.b: the member of a list
    path.reduce((inner, step, index) => (inner[step] ??= /^\d+$/.test(steps[index + 1]) ? [] : {}), body)[last] = value;
  }
  const at = (body, name) => name.split('.').reduce((value, step) => value?.[step], body);
  function valueOf(field) {
    const type =
      field.dataset.type || (field.type === 'checkbox' ? 'bool' : field.type === 'number' ? 'number' : 'text');
    if (field.type === 'radio' && !field.checked) return undefined;
    if (field.type === 'file') return field.refs?.length ? (field.multiple ? field.refs : field.refs[0]) : undefined;
    if (field.type === 'checkbox')
      return type === 'bool' ? field.checked : field.checked ? [TYPES[type](field.value)] : [];
    const text = field.value.trim();
    if (type === 'hour')
      return text && field.form.elements.on.value ? civil(`${field.form.elements.on.value}T${text}`) : undefined;
    return text === '' && !('keep' in field.dataset) ? undefined : TYPES[type](text);
  }
  function bodyOf(form, button) {
    const body = {};
    const rows = new Map();
    for (const field of [...form.elements, ...(button?.name ? [button] : [])]) {
      const unwanted = !field.name || field.disabled || (field.type === 'submit' && field !== button);
      const value = unwanted ? undefined : valueOf(field);
      if (value === undefined) continue;
      const row = field.closest('[data-list]');
      const into = row ? rows.get(row) || rows.set(row, {}).get(row) : body;
      if (Array.isArray(value) && field.type === 'checkbox')
        put(into, field.name, [...(at(into, field.name) || []), ...value]);
      else put(into, field.name, value);
    }
    for (const list of new Set([...form.querySelectorAll('[data-list]')].map((row) => row.dataset.list)))
      put(body, list, []);
    for (const [row, value] of rows) {
      const { list, needs } = row.dataset;
      if (!needs || (value[needs] !== undefined && value[needs] !== false)) at(body, list).push(value);
    }
    for (const field of form.querySelectorAll('[data-changes]')) {
      // a list of whole things, one figure of each changed
      const changed =
        field.value.trim() === ''
          ? []
          : [{ ...JSON.parse(field.dataset.changes), [field.dataset.field]: Number(field.value) }];
      body.change = [...(body.change || []), ...changed];
    }
    // rows that carry their own number, after the last
    const [list, number, last] = (form.dataset.numbered || '').split(':');
    (body[list] || []).forEach((row, index) => {
      row[number] ??= Number(last || 0) + index + 1;
    });
    return body;
  }
  function addressed(pattern, body) {
    // names in the address are not repeated in the body
    return pattern.replace(/\{(\w+)\}/g, (all, name) => {
      const value = body[name] ?? '';
      delete body[name];
      return encodeURIComponent(value);
    });
  }

  /* photos and papers go first; events hold their references */
  async function shrunk(file) {
    if (!/^image\/(jpeg|png|webp)$/.test(file.type) || file.size < 600000) return file;
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, 1600 / Math.max(picture.width, picture.height));
    const canvas = make('canvas', {
      width: Math.round(picture.width * scale),
      height: Math.round(picture.height * scale),
    });
    canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
    return new Promise((done) => {
      canvas.toBlob((blob) => done(blob || file), 'image/jpeg', 0.85);
    });
  }
  async function upload(form) {
    for (const field of form.querySelectorAll('input[type=file][data-upload]')) {
      field.refs = [];
      for (const file of field.files) {
        const parcel = new FormData();
        parcel.append('file', await shrunk(file), file.name);
        const answer = await fetch('/api/files', { method: 'POST', body: parcel });
        if (!answer.ok) throw Object.assign(new Error('upload'), { answer });
        field.refs.push((await answer.json()).ref);
      }
    }
  }

  /* what became of it, beside the form */
  function errorOf(form) {
    return (
      form.querySelector('[data-error]') || form.insertBefore(make('p', { className: 'banner late' }), form.firstChild)
    );
  }
  function show(form, text, rule, id) {
    const box = errorOf(form);
    Object.assign(box, { hidden: false, tabIndex: -1 });
    box.setAttribute('role', 'alert');
    box.dataset.error = '';
    box.replaceChildren(make('span', { textContent: text }));
    if (rule) box.append(make('span', { className: 'badge', textContent: rule }));
    if (id) box.append(make('span', { className: 'mono push', textContent: id }));
    box.focus();
  }
  const labelOf = (field) =>
    (
      field.closest('label')?.querySelector('span')?.textContent ||
      field.getAttribute('aria-label') ||
      field.name
    ).trim();
  function mark(form, no) {
    // 422 names the fields: say them as the page calls them
    const bad = [...`${no.en}`.matchAll(/body\.([\w.]+):/g)].map((found) => found[1]);
    const labels = bad.map((path) => {
      const [list, index, ...rest] = path.split('.');
      const row = /^\d+$/.test(index) ? form.querySelectorAll(`[data-list="${list}"]`)[index] : null;
      const field = (row || form).querySelector(`[name="${row ? rest.join('.') : path}"]`);
      field?.setAttribute('aria-invalid', 'true');
      return field ? `${row ? `${Number(index) + 1}: ` : ''}${labelOf(field)}` : path;
    });
    return labels.length
      ? say('form_fields', { fields: [...new Set(labels)].join(zh ? '、' : ', ') })
      : zh
        ? no.zh
        : no.en;
  }
  const KEPT = 'waits_for_repair'; // and is carried out once something is mended
  async function refused(form, answer) {
    if (answer.status === 401) {
      show(form, say('form_signed_out'));
      return;
    }
    const no = await answer.json().catch(() => ({ zh: answer.statusText, en: answer.statusText }));
    const text = zh ? no.zh : no.en;
    if (no.code === KEPT) show(form, text);
    else if (answer.status === 422) show(form, `${say('form_unreadable')} ${mark(form, no)}`, no.rule);
    else if (answer.status === 503 || answer.status === 429)
      show(form, `${say('form_busy', { seconds: answer.headers.get('Retry-After') || 5 })} ${text}`);
    else if (answer.status >= 500) show(form, `${say('form_failed')} ${text}`, '', no.id);
    else show(form, `${say('form_refused')} ${text}`, no.rule);
  }
  async function decided(answer, form, again) {
    // 202: taken, not decided yet
    let told = await answer.json();
    if (answer.status !== 202) return told;
    toast(say('form_pending'));
    const { ask_at: asked } = told; // none: several have to decide, and who asks the same again is told
    for (let turn = 0; turn < 40; turn += 1) {
      await pause(1000);
      const later = await (asked ? fetch(asked) : again());
      if (!asked && !later.ok) {
        await refused(form, later);
        return null;
      }
      if (later.status !== 202 && later.ok) {
        told = await later.json();
        if (told.status === 'accepted') return told;
        const no = told.rejected;
        if (told.status === 'parked') show(form, no[zh ? 'zh' : 'en']);
        else if (no) show(form, `${say('form_refused')} ${no[zh ? 'zh' : 'en']}`, no.rule);
        else show(form, say('form_failed'), '', told.command_id);
        return null;
      }
    }
    show(form, say('form_still_pending'));
    return null;
  }

  const keys = new WeakMap(); // the same content sent again after no answer must not happen twice
  function keyOf(form, text) {
    const known = keys.get(form) || keys.set(form, new Map()).get(form);
    if (!known.has(text))
      known.set(
        text,
        crypto.randomUUID ? crypto.randomUUID() : [...crypto.getRandomValues(new Uint32Array(4))].join('-'),
      );
    return known.get(text);
  }

  async function send(form, button) {
    for (const field of form.querySelectorAll('[aria-invalid]')) field.removeAttribute('aria-invalid');
    for (const box of form.querySelectorAll('[data-error]')) box.hidden = true;
    form.setAttribute('aria-busy', 'true');
    const buttons = [...document.querySelectorAll('button')].filter((one) => one.form === form && !one.disabled);
    buttons.forEach((one) => {
      one.disabled = true;
    });
    try {
      await upload(form);
      const body = bodyOf(form, button);
      const sent = { ...body };
      const [method, pattern] = (button?.dataset.api || form.dataset.api).split(' ');
      const path = addressed(pattern, body);
      const { [form.dataset.each]: each, ...rest } = body; // data-each: one request for each row of that list
      let told = null;
      for (const one of each ? each.map((row) => ({ ...rest, ...row })) : [body]) {
        const text = JSON.stringify(one);
        const headers = {
          'Content-Type': 'application/json',
          'Idempotency-Key': keyOf(form, `${method} ${path} ${text}`),
        };
        if (form.dataset.version) headers['If-Match'] = `"${form.dataset.version}"`;
        const ask = () => fetch(path, { method, headers, body: text });
        const answer = await ask();
        if (answer.status < 500) keys.get(form).delete(`${method} ${path} ${text}`);
        if (!answer.ok) {
          await refused(form, answer);
          return;
        }
        told = await decided(answer, form, ask);
        if (!told) return;
      }
      if (told?.status === 'unsigned') {
        form.reset();
        toast(say('form_unsigned'));
      } else if (told) await done(form, { ...sent, ...(told.body || {}), ...(told.aggregate_id ? {} : told) });
    } catch (broken) {
      if (broken.answer) await refused(form, broken.answer);
      else show(form, say('form_offline'));
    } finally {
      for (const secret of form.querySelectorAll('input[type=password]')) secret.value = '';
      form.removeAttribute('aria-busy');
      buttons.forEach((one) => {
        one.disabled = false;
      });
      if (missed) renew();
    }
  }
  async function done(form, facts) {
    const text = Page.fill(form.dataset.done || say('form_done'), facts);
    delete form.dataset.dirty;
    if (form.dataset.after) {
      const to = form.dataset.after.replace(/\{(\w+)\}/g, (all, name) => encodeURIComponent(facts[name] ?? ''));
      // the page follows the decision
      for (let turn = 0; turn < 12 && !(await fetch(to)).ok; turn += 1) await pause(400);
      sessionStorage.setItem('toast', text);
      location.assign(to);
      return;
    }
    toast(text);
    form.reset();
    for (const left of form.closest('[data-live]')?.querySelectorAll('details.act:not([open]) form[data-dirty]') || [])
      delete left.dataset.dirty; // begun and shut
    const details = form.closest('details.act');
    if (details) {
      details.open = false;
      details.querySelector('summary').focus();
    }
    for (const after of [250, 1000, 2500, 5000]) setTimeout(renew, after);
  }

  /* parts that renew themselves: [data-live] with an id; one that somebody types in is left alone */
  let turn = 0;
  let missed = false; // something changed while somebody typed or a form was on its way
  const typing = (part) =>
    part.querySelector('[data-dirty], [aria-busy=true]') ||
    (part.contains(document.activeElement) &&
      document.activeElement.matches('input:not([type=checkbox]), select, textarea'));
  function keepErrors(part, now) {
    // what a form answered stays until it is sent again
    for (const box of part.querySelectorAll('form [data-error]:not([hidden])')) {
      const form = box.closest('form');
      const again = [...now.querySelectorAll('form')].find((one) =>
        form.id ? one.id === form.id : one.dataset.api === form.dataset.api,
      );
      if (again) errorOf(again).replaceWith(box);
    }
  }
  async function renew() {
    turn += 1;
    const mine = turn;
    try {
      const answer = await fetch(location.href, { headers: { 'X-Renew': '1' } });
      if (mine !== turn) return;
      if (answer.headers.has('Retry-After')) setTimeout(renew, 1000 * Number(answer.headers.get('Retry-After')));
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const ids = (page) => [...page.querySelectorAll('[data-live]')].map((part) => part.id).join();
      const same = ids(document) === ids(fresh) || typing($('content')); // a part came or went: all of the content
      missed = false;
      for (const part of same ? document.querySelectorAll('[data-live]') : [$('content')]) {
        const now = fresh.getElementById(part.id);
        if (!now || now.isEqualNode(part)) continue;
        if (typing(part)) {
          missed = true;
          continue;
        }
        for (const open of part.querySelectorAll('details[open][id]'))
          now.querySelector(`#${CSS.escape(open.id)}`)?.setAttribute('open', '');
        const focused = part.contains(document.activeElement) ? document.activeElement : null;
        document.adoptNode(now);
        keepErrors(part, now);
        part.replaceWith(now);
        (focused?.isConnected ? focused : $(focused?.id))?.focus();
      }
    } catch {
      /* offline: the badge says so, the next change or heartbeat tries again */
    }
  }
  const stream = $('stream');
  let soon = 0;
  const changed = () => {
    clearTimeout(soon);
    soon = setTimeout(renew, 200);
  };
  function listen(address) {
    const heard = (data) => stream.dispatchEvent(new CustomEvent('beat', { detail: { data } }));
    const again = () => {
      listen(address.replace(/&after=[^&]*/, ''));
      changed();
    }; // from now on
    Live.open(address, {
      hello: heard,
      beat: heard,
      changed: (data) => {
        heard(data);
        changed();
      },
      ended: () => setTimeout(again, 5000),
    });
  }
  if (stream?.dataset.rows) {
    listen(stream.dataset.rows);
    document.addEventListener('page:online', renew);
  }

  /* events */
  const differs = (field) =>
    field.matches('input:not([type=hidden], [data-scan]), textarea') && field.value !== field.defaultValue;
  for (const form of document.querySelectorAll('form[data-api]'))
    if ([...form.elements].some(differs)) form.dataset.dirty = ''; // typed before this script was there
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (form.matches('[data-api]')) {
      event.preventDefault();
      if (form.getAttribute('aria-busy') !== 'true') send(form, event.submitter);
    } else if (form.matches('[data-filter]')) {
      // addresses carry what is chosen, nothing else
      for (const field of form.elements) if (field.value === '') field.disabled = true;
      setTimeout(() => {
        for (const field of form.elements) field.disabled = false;
      });
    }
  });
  document.addEventListener('input', (event) => {
    event.target.removeAttribute?.('aria-invalid');
    const form = event.target.form;
    if (form?.matches('[data-api]')) form.dataset.dirty = '';
  });
  document.addEventListener('reset', (event) => {
    delete event.target.dataset.dirty;
  });
  document.addEventListener(
    'toggle',
    (event) => {
      // fields of a closed part are not sent
      for (const field of event.target.querySelectorAll?.('[data-part]') || []) field.disabled = !event.target.open;
    },
    true,
  );
  document.addEventListener('change', (event) => {
    if (event.target.matches('[data-filter] select, [data-filter] input:not([type=search])'))
      event.target.form.requestSubmit();
  });
  document.addEventListener('click', (event) => {
    const act = event.target.closest('[data-row-act]');
    if (!act) return;
    if (act.dataset.rowAct === 'add') {
      const into = $(act.dataset.into);
      into.append($(act.dataset.of).content.cloneNode(true));
      into.lastElementChild.querySelector('input, select')?.focus();
    } else {
      const row = act.closest('[data-list]');
      if (row.parentElement.querySelectorAll('[data-list]').length > 1) row.remove();
    }
  });

  /* lists by keyboard */
  document.addEventListener('keydown', (event) => {
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const inField = target.matches('input, select, textarea, [contenteditable]');
    if (key === '/' && !inField) {
      const find = $('find');
      if (find) {
        event.preventDefault();
        find.focus();
        find.select();
      }
      return;
    }
    if (inField && !(target.id === 'find' && key === 'ArrowDown')) return;
    const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[key];
    const links = [...document.querySelectorAll('[data-row]')].filter((one) => one.offsetParent);
    if (!step || !links.length || (target !== document.body && !target.matches('[data-row], #find'))) return;
    event.preventDefault();
    const at = links.indexOf(target);
    links[at < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + step))].focus();
  });
})();
