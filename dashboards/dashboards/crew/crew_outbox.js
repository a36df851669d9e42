/* The crew's phone, its memory: the route as the server told it, and the outbox of what the server has yet to be told.
   Every tap is a command with an id of its own and the time it happened. The outbox survives a restart, goes out in
   order and tries again; what the server refuses is kept to be looked at. */
'use strict';
(() => {
  const me = document.body.dataset;
  const words = JSON.parse(document.getElementById('words').textContent);
  const say = (key, facts = {}) => words[key].replace(/\{(\w+)\}/g, (all, name) => (name in facts ? facts[name] : all));
  const SETTLE_MS = 10e3; // what was just taken counts as done here until the read models say so too
  const SOON_MS = 3e3; // asked, and not decided yet
  const LATER = [202, 408, 429, 502, 503, 504]; // not decided, too slow, too busy, nobody there
  // it is carried out there once something is mended, and must hold up nothing here
  const KEPT_BY_SERVER = 'waits_for_repair';
  const KEEP_MS = 24 * 3600e3; // without contact for so long, customers' data leave the phone (C18)

  /* ---- the phone's own store ---- */
  const opened = new Promise((resolve, reject) => {
    const ask = indexedDB.open('songda-crew', 1);
    ask.onupgradeneeded = () => {
      ask.result.createObjectStore('kept');
      ask.result.createObjectStore('outbox', { keyPath: 'n', autoIncrement: true });
    };
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
  const keep = (key, value) =>
    store('kept', 'readwrite', (s) => (value === undefined ? s.delete(key) : s.put(value, key)));
  /* A list that is kept, with something done to it: read and written in one turn, so that nobody's word is lost. */
  const alter = (key, made) =>
    store('kept', 'readwrite', (s) => {
      const asked = s.get(key);
      asked.onsuccess = () => s.put(made(asked.result ?? []), key);
    });
  const note = (more) => alter('changes', (told) => [...told, ...more]);
  const waiting = () => store('outbox', 'readonly', (s) => s.getAll());
  const queue = (item) => store('outbox', 'readwrite', (s) => s.put(item));
  const unqueue = (n) => store('outbox', 'readwrite', (s) => s.delete(n));

  /* ---- time: the server's, so that a phone whose clock is wrong tells true times. The page may be an old one that the
     service worker kept, so its own time counts only until the server has once been heard. ---- */
  const SKEW = 'crew-skew';
  let skew = Number(localStorage.getItem(SKEW) ?? Date.parse(me.now) - Date.now());
  const now = () => new Date(Date.now() + skew);
  const day = (when = now()) => when.toLocaleDateString('sv-SE', { timeZone: 'Asia/Shanghai' });
  const clock = (text) =>
    text
      ? new Date(text)
          .toLocaleTimeString('zh-CN', {
            timeZone: 'Asia/Shanghai',
            hour: 'numeric',
            minute: '2-digit',
            hourCycle: 'h23',
          })
          .replace(/^0(\d)/, '$1')
      : '';
  const span = (window) => (window ? `${clock(window.starts)}–${clock(window.ends)}` : '');
  const money = (fen) => `¥${(fen / 100).toLocaleString('zh-CN', { minimumFractionDigits: fen % 100 ? 2 : 0 })}`;
  const unique = () => crypto.getRandomValues(new Uint32Array(4)).join('-');

  /* ---- what is known: the route as the server told it, and what waits to be told to the server ---- */
  // route: {person, on, crew, at, run, stops, calls, lacks}; a stop's `nth` counts through the day
  const phone = { route: null, outbox: [], sent: [], online: true, told: '', show: () => {} };
  const mine = (item) => item.person === me.person;
  const pending = () => phone.outbox.filter((item) => mine(item) && !item.refused);
  const refused = () => phone.outbox.filter((item) => mine(item) && item.refused);

  const said = (job, step) =>
    [...pending(), ...phone.sent.filter((one) => one.until > Date.now() && mine(one))].some(
      (one) => one.job === job && one.step === step,
    );

  async function get(path) {
    const answer = await fetch(path, { headers: { Accept: 'application/json' }, cache: 'no-store' });
    const date = Date.parse(answer.headers.get('Date') || '');
    if (date && Math.abs(date - Date.now() - skew) > 2000) skew = date - Date.now();
    localStorage.setItem(SKEW, String(skew));
    if (answer.status === 401) throw Object.assign(new Error('signed out'), { signedOut: true });
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`); // what is kept is better than nothing
    return Object.assign(await answer.json(), { lacks: answer.headers.has('Songda-Incomplete') });
  }

  // What left with the crew is what can be handed over or refused (A9), whatever was ordered.
  const onVehicle = (stop) =>
    stop.on_vehicle.map((piece) => ({
      spec: '',
      ...stop.lines.find((line) => line.line_no === piece.line_no),
      ...piece,
    }));

  async function sync() {
    const on = day();
    try {
      const [runs, jobs, calls] = await Promise.all([
        get(`/api/runs?on=${on}`),
        get(`/api/jobs?on=${on}&limit=200`),
        get(`/api/call-tasks?on=${on}`),
      ]);
      const run = runs.rows[0] ?? null;
      const place = (job) => [job.half !== 'am', job.position];
      const stops = jobs.rows
        .filter((job) => job.status !== 'plan')
        .sort((a, b) => place(a)[0] - place(b)[0] || place(a)[1] - place(b)[1]);
      stops.forEach((stop, index) => {
        stop.nth = index + 1;
        if (stop.on_vehicle) stop.lines = onVehicle(stop);
      });
      const fresh = {
        person: me.person,
        crew: run?.crew ?? stops[0]?.crew ?? me.crew,
        on,
        at: now().toISOString(),
        run,
        stops,
        calls: calls.rows,
        lacks: runs.lacks || jobs.lacks || calls.lacks,
      };
      if (phone.route?.on === on && phone.route.person === me.person) await note(differences(phone.route, fresh));
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
      if (!old)
        found.push({
          job: stop.job_id,
          text: say('crew.change.new', { name: stop.customer.name, span: span(stop.window) }),
        });
      else if (span(old.window) !== span(stop.window))
        found.push({
          job: stop.job_id,
          text: say('crew.change.moved', { name: stop.customer.name, span: span(stop.window) }),
        });
    }
    const still = new Set(after.stops.map((stop) => stop.job_id));
    for (const stop of before.stops)
      if (!still.has(stop.job_id) && !stop.ended_at)
        found.push({ job: stop.job_id, text: say('crew.change.gone', { name: stop.customer.name }) });
    return found.map((one) => ({ ...one, at: now().toISOString() }));
  }

  /* ---- the outbox ---- */
  /* Once it is in the store it is safe; the caller shows it. */
  async function tell(text, path, body, { files = [], job = null, step = null, cash = 0 } = {}) {
    await queue({ id: unique(), person: me.person, at: now().toISOString(), text, path, body, files, job, step, cash });
    phone.outbox = await waiting();
    send();
  }

  let sending = false;
  async function send() {
    if (sending) return;
    sending = true;
    try {
      do phone.outbox = await waiting();
      while (pending().length && (await sendOne(pending()[0]))); // also what was told meanwhile
    } finally {
      sending = false;
      phone.outbox = await waiting();
      phone.show();
    }
    if (pending().length) return;
    await sync();
    // what the read models may not have had yet
    if (phone.sent.some((one) => !one.isKept && one.until > Date.now())) setTimeout(sync, 2000);
  }

  /* True when the item is settled: taken, or refused in words. False: try again later, what comes after waits too. */
  async function sendOne(item) {
    try {
      const refs = [];
      for (const file of item.files) {
        const subject = item.job ? `?subject=${encodeURIComponent(`job:${item.job}`)}` : '';
        const answer = await fetch(`/api/files${subject}`, {
          method: 'POST',
          headers: { 'Content-Type': file.blob.type },
          body: file.blob,
        });
        if (!answer.ok) return settle(item, answer);
        refs.push({ field: file.field, ref: (await answer.json()).ref });
      }
      const body = { ...item.body, at: item.at };
      for (const { field, ref } of refs)
        if (field.endsWith('[]')) body[field.slice(0, -2)] = [...(body[field.slice(0, -2)] ?? []), ref];
        else body[field] = ref;
      const answer = await fetch(item.path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Idempotency-Key': item.id },
        body: JSON.stringify(body),
      });
      return settle(item, answer);
    } catch {
      phone.online = false;
      return false;
    }
  }

  async function settle(item, answer) {
    phone.online = true;
    const no = answer.ok ? {} : await answer.json().catch(() => ({}));
    const isKept = no.code === KEPT_BY_SERVER;
    if (LATER.includes(answer.status) && !isKept) {
      setTimeout(send, SOON_MS);
      return false;
    }
    if (answer.status === 401) {
      phone.told = say('crew.signed_out');
      return false;
    }
    if (answer.ok || isKept) {
      phone.sent = [
        ...phone.sent.slice(-20),
        { ...item, files: [], isKept, until: Date.now() + (isKept ? KEEP_MS : SETTLE_MS) },
      ];
      if (isKept)
        await note([
          {
            job: item.job,
            text: `${item.text} · ${document.documentElement.lang === 'en' ? no.en : no.zh}`,
            at: now().toISOString(),
          },
        ]);
      await unqueue(item.n);
      return true;
    }
    await queue({
      ...item,
      refused: {
        zh: no.zh || `HTTP ${answer.status}`,
        en: no.en || `HTTP ${answer.status}`,
        rule: no.rule || '',
        code: no.code || '',
      },
    });
    return true;
  }

  async function forget() {
    phone.route = null;
    await store('kept', 'readwrite', (s) => s.clear());
  }
  /* After a day without contact: what customers are called and where they live leaves the phone. What the server has
     yet to be told stays, without their names. */
  const isOld = () => Boolean(phone.route) && now() - Date.parse(phone.route.at) > KEEP_MS;
  async function expire() {
    await forget();
    for (const item of await waiting()) await queue({ ...item, text: item.job ?? item.path });
    phone.outbox = await waiting();
  }
  async function begin() {
    phone.route = (await kept('route')) ?? null;
    phone.outbox = await waiting();
    if (isOld()) await expire();
    else if (phone.route && phone.route.person !== me.person) await forget();
  }

  window.Crew = {
    phone,
    me,
    say,
    kept,
    keep,
    alter,
    queue,
    unqueue,
    waiting,
    now,
    day,
    clock,
    span,
    money,
    unique,
    mine,
    pending,
    refused,
    said,
    tell,
    send,
    sync,
    begin,
    forget,
    expire,
    isOld,
  };
})();
