/* The crew's phone, its memory: the route as the server told it, and the outbox of what the server has yet to be told.
   Every tap is a command with an id of its own and the time it happened. The outbox survives a restart, goes out in
   order and tries again; what the server refuses is kept to be looked at. */
'use strict';
(() => {
  const me = document.body.dataset;
  const words = JSON.parse(document.getElementById('words').textContent);
  const say = (key, facts = {}) => words[key].replace(/\{(\w+)\}/g, (all, name) => (name in facts ? facts[name] : all));
  const SETTLE_MS = 10e3; // what was just taken counts as done here until the read models say so too
  const KEEP_MS = 24 * 3600e3; // without contact for so long, customers' data leave the phone (UI §8)

  /* ---- the phone's own store ---- */
  const opened = new Promise((resolve, reject) => {
    const ask = indexedDB.open('songda-crew', 1);
    ask.onupgradeneeded = () => { ask.result.createObjectStore('kept'); ask.result.createObjectStore('outbox', { keyPath: 'n', autoIncrement: true }); };
    ask.onsuccess = () => resolve(ask.result);
    ask.onerror = () => reject(ask.error);
  });
  const store = async (name, mode, run) => {
    const db = await opened;
    return new Promise((resolve, reject) => {
      const turn = db.transaction(name, mode);
      const asked = run(turn.objectStore(name));
      turn.oncomplete = () => resolve(asked?.result);
      turn.onerror = turn.onabort = () => reject(turn.error);
    });
  };
  const kept = (key) => store('kept', 'readonly', (s) => s.get(key));
  const keep = (key, value) => store('kept', 'readwrite', (s) => (value === undefined ? s.delete(key) : s.put(value, key)));
  const waiting = () => store('outbox', 'readonly', (s) => s.getAll());
  const queue = (item) => store('outbox', 'readwrite', (s) => s.put(item));
  const unqueue = (n) => store('outbox', 'readwrite', (s) => s.delete(n));

  /* ---- time: the server's, so that a phone whose clock is wrong tells true times ---- */
  let skew = Date.parse(me.now) - Date.now();
  const now = () => new Date(Date.now() + skew);
  const day = (when = now()) => when.toLocaleDateString('sv-SE', { timeZone: 'Asia/Shanghai' });
  const clock = (text) => (text ? new Date(text).toLocaleTimeString('zh-CN', { timeZone: 'Asia/Shanghai', hour: 'numeric', minute: '2-digit', hour12: false }).replace(/^0(\d)/, '$1') : '');
  const span = (window) => (window ? `${clock(window.starts)}–${clock(window.ends)}` : '');
  const money = (fen) => `¥${(fen / 100).toLocaleString('zh-CN', { minimumFractionDigits: fen % 100 ? 2 : 0 })}`;
  const unique = () => crypto.getRandomValues(new Uint32Array(4)).join('-');

  /* ---- what is known: the route as the server told it, and what waits to be told to the server ---- */
  const phone = { route: null, outbox: [], sent: [], online: true, told: '', show: () => {} }; // route: {person, on, crew, at, run, stops, calls}
  const mine = (item) => item.person === me.person;
  const pending = () => phone.outbox.filter((item) => mine(item) && !item.refused);
  const refused = () => phone.outbox.filter((item) => mine(item) && item.refused);

  const said = (job, step) => [...pending(), ...phone.sent.filter((one) => one.until > Date.now() && mine(one))].some((one) => one.job === job && one.step === step);

  async function get(path) {
    const answer = await fetch(path, { headers: { Accept: 'application/json' }, cache: 'no-store' });
    const date = Date.parse(answer.headers.get('Date') || '');
    if (date) skew = Math.abs(date - Date.now() - skew) > 2000 ? date - Date.now() : skew;
    if (answer.status === 401) throw Object.assign(new Error('signed out'), { signedOut: true });
    return answer.ok ? answer.json() : null;
  }

  async function sync() {
    const on = day();
    const tomorrow = day(new Date(now().getTime() + 86400e3));
    try {
      const crew = encodeURIComponent(me.crew);
      const [run, stops, today, next] = await Promise.all([
        get(`/api/runs/${on}/${crew}`), get(`/api/runs/${on}/${crew}/stops`), get(`/api/call-tasks?on=${on}`), get(`/api/call-tasks?on=${tomorrow}`),
      ]);
      const fresh = { person: me.person, crew: me.crew, on, at: now().toISOString(), run, stops: stops?.rows ?? stops ?? [], calls: [...(today?.rows ?? []), ...(next?.rows ?? [])] };
      if (phone.route?.on === on && phone.route.person === me.person) await keep('changes', [...((await kept('changes')) ?? []), ...differences(phone.route, fresh)]);
      phone.route = fresh;
      await keep('route', fresh);
      phone.online = true;
      phone.told = '';
    } catch (error) {
      phone.online = false;
      phone.told = error.signedOut ? say('crew.signed_out') : '';
    }
    phone.show();
  }

  function differences(before, after) {
    const found = [];
    const known = new Map(before.stops.map((stop) => [stop.job_id, stop]));
    for (const stop of after.stops) {
      const old = known.get(stop.job_id);
      if (!old) found.push({ job: stop.job_id, text: say('crew.change.new', { name: stop.customer.name, span: span(stop.window) }) });
      else if (span(old.window) !== span(stop.window)) found.push({ job: stop.job_id, text: say('crew.change.moved', { name: stop.customer.name, span: span(stop.window) }) });
    }
    const still = new Set(after.stops.map((stop) => stop.job_id));
    for (const stop of before.stops) if (!still.has(stop.job_id)) found.push({ job: stop.job_id, text: say('crew.change.gone', { name: stop.customer.name }) });
    return found.map((one) => ({ ...one, at: now().toISOString() }));
  }

  /* ---- the outbox ---- */
  async function tell(text, path, body, { files = [], job = null, step = null, cash = 0 } = {}) {
    await queue({ id: unique(), person: me.person, at: now().toISOString(), text, path, body, files, job, step, cash });
    phone.outbox = await waiting();
    phone.show();
    send();
  }

  let sending = false;
  async function send() {
    if (sending) return;
    sending = true;
    try {
      for (const item of pending()) if (!(await sendOne(item))) break;
    } finally {
      sending = false;
      phone.outbox = await waiting();
      phone.show();
    }
    if (!pending().length) sync();
  }

  /* True when the item is settled: taken, or refused in words. False: try again later, what comes after waits too. */
  async function sendOne(item) {
    try {
      const refs = [];
      for (const file of item.files) {
        const subject = item.job ? `?subject=${encodeURIComponent(`job:${item.job}`)}` : '';
        const answer = await fetch(`/api/files${subject}`, { method: 'POST', headers: { 'Content-Type': file.blob.type }, body: file.blob });
        if (!answer.ok) return settle(item, answer);
        refs.push({ field: file.field, ref: (await answer.json()).ref });
      }
      const body = { ...item.body, at: item.at };
      for (const { field, ref } of refs) if (field.endsWith('[]')) body[field.slice(0, -2)] = [...(body[field.slice(0, -2)] ?? []), ref]; else body[field] = ref;
      const answer = await fetch(item.path, { method: 'POST', headers: { 'Content-Type': 'application/json', 'Idempotency-Key': item.id }, body: JSON.stringify(body) });
      return settle(item, answer);
    } catch { phone.online = false; return false; }
  }

  async function settle(item, answer) {
    phone.online = true;
    if (answer.status === 202 || answer.status === 503 || answer.status === 429) return false;
    if (answer.status === 401) { phone.told = say('crew.signed_out'); return false; }
    if (answer.ok) {
      phone.sent = [...phone.sent.slice(-20), { ...item, files: [], until: Date.now() + SETTLE_MS }];
      await unqueue(item.n);
      return true;
    }
    const no = await answer.json().catch(() => ({}));
    await queue({ ...item, refused: { zh: no.zh || `HTTP ${answer.status}`, en: no.en || `HTTP ${answer.status}`, rule: no.rule || '', code: no.code || '' } });
    return true;
  }

  async function forget() {
    phone.route = null;
    await store('kept', 'readwrite', (s) => s.clear());
  }
  async function begin() {
    const held = await kept('route');
    if (held && (held.person !== me.person || now() - Date.parse(held.at) > KEEP_MS)) await forget();
    else phone.route = held ?? null;
    phone.outbox = await waiting();
  }
  const isOld = () => phone.route && now() - Date.parse(phone.route.at) > KEEP_MS;

  window.Crew = { phone, me, say, kept, keep, queue, unqueue, waiting, now, day, clock, span, money, unique, mine, pending, refused, said, tell, send, sync, begin, forget, isOld };
})();
