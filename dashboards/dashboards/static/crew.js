/* The crew's phone, its pages: route, stop (call, arrive, check, collect, sign), not deliverable, end of the day.
   Drawn from what the phone knows (crew_outbox.js), with or without a network. */
'use strict';
(() => {
  const { phone, me, say, kept, keep, queue, unqueue, waiting, now, day, clock, span, money, unique, mine, pending, refused, said, tell, send, sync, forget } = window.Crew;
  const $ = (id) => document.getElementById(id);
  const zh = document.documentElement.lang !== 'en';
  const PHOTO_PX = 1600;
  const TRY_MS = 15e3;

  /* ---- drafts: what is half done at a stop survives a restart ---- */
  const drafts = new Map();
  async function draft(job) {
    if (!drafts.has(job)) drafts.set(job, (await kept(`draft:${job}`)) ?? { counts: {}, why: {}, damaged: {}, photos: [], taught: false, signer: '', cash: null });
    return drafts.get(job);
  }
  const keepDraft = (job) => keep(`draft:${job}`, drafts.get(job));

  /* ---- building the page ---- */
  const h = (tag, props = {}, ...children) => {
    const { on = {}, data = {}, aria = {}, ...rest } = props;
    const made = Object.assign(document.createElement(tag), rest);
    for (const [name, run] of Object.entries(on)) made.addEventListener(name, run);
    for (const [name, value] of Object.entries(data)) if (value !== null && value !== undefined) made.dataset[name] = value;
    for (const [name, value] of Object.entries(aria)) made.setAttribute(`aria-${name}`, value);
    made.append(...children.flat().filter((one) => one !== null && one !== undefined && one !== false));
    return made;
  };
  const button = (text, run, kind = '') => h('button', { type: 'button', className: `btn ${kind}`, on: { click: run } }, text);
  const link = (text, href, kind = '') => h('a', { className: `btn ${kind}`, href }, text);
  const badge = (text, kind = '') => h('span', { className: `badge ${kind}` }, text);
  const panel = (title, tail, ...body) => h('section', { className: 'panel' }, h('header', {}, h('h3', {}, title), tail), h('div', { className: 'body' }, ...body));
  const item = (head, small, tail) => h('li', { className: 'check' }, h('div', {}, h('b', {}, head), h('br'), h('span', { className: 'small muted' }, small)), tail ?? '');
  const TYPES = { delivery: 'deliver', installation: 'install', visit: 'service' };

  function stepsOf(stop) {
    const done = ['done', 'fail'].includes(stop.status) || said(stop.job_id, 'sign') || said(stop.job_id, 'fail');
    const arrived = done || stop.arrived_at || said(stop.job_id, 'arrive');
    const called = arrived || stop.arrival_call?.result === 'reached' || said(stop.job_id, 'call');
    return { called, arrived, done };
  }
  const statusOf = (stop) => (stop.status === 'fail' || said(stop.job_id, 'fail') ? 'fail' : stepsOf(stop).done ? 'done' : stepsOf(stop).arrived ? 'site' : stop.status);
  const stops = () => (phone.route?.stops ?? []).filter((stop) => stop.crew === me.crew || !stop.crew);
  const open = () => stops().filter((stop) => !stepsOf(stop).done);
  const cashNow = () => (phone.route?.run?.on_vehicle_fen ?? 0) + pending().reduce((sum, one) => sum + (one.cash || 0), 0);

  function summary(stop) {
    const parts = [say('crew.lines', { n: stop.lines.length })];
    if (stop.kind === 'delivery' && stop.amount_due_fen) parts.push(say('crew.collect', { amount: money(stop.amount_due_fen) }));
    return parts.join(' · ');
  }
  function card(stop, ...more) {
    const status = statusOf(stop);
    return h('article', { className: 'card', data: { type: TYPES[stop.kind], status, job: stop.job_id } },
      h('div', { className: 'l1' }, stop.position ? h('span', { className: 'seq' }, String(stop.position)) : null, h('b', {}, stop.customer.name), h('span', {}, stop.customer.district), h('time', {}, span(stop.window))),
      h('div', { className: 'l2' }, stop.customer.address),
      h('div', { className: 'l3' }, h('span', {}, stop.customer.phone.replace(/^(\d{3})\d+(\d{4})$/, '$1****$2')), h('span', {}, summary(stop))),
      ...more,
      h('div', { className: 'l4' }, h('span', { className: `st ${status}` }, `${say(`crew.type.${stop.kind}`)} · ${say(`crew.status.${status}`)}`)));
  }
  function header(title, sub) {
    const minutes = phone.route ? Math.round((now() - Date.parse(phone.route.at)) / 60e3) : 0;
    const live = phone.online ? say('crew.synced', { at: clock(phone.route?.at) }) : say('crew.offline', { n: minutes });
    return h('header', {}, h('div', { className: 'row' }, h('h2', { className: 'title' }, title), h('span', { className: 'live push', role: 'status', data: { state: phone.online ? '' : 'off' } }, live)), h('p', { className: 'small muted' }, sub));
  }
  function purse() {
    const limit = Number(me.limit);
    const fen = cashNow();
    return h('div', {}, h('div', { className: 'row small' }, h('span', {}, say(pending().some((one) => one.cash) ? 'crew.cash.with' : 'crew.cash')), h('b', { className: 'push' }, `${money(fen)} / ${(limit / 100).toLocaleString('zh-CN')}`)),
      h('meter', { min: 0, max: limit, low: limit * 0.8, high: limit, optimum: 0, value: fen, aria: { label: say('crew.cash') } }));
  }

  /* ---- the phone.route ---- */
  async function routeView() {
    const [first, ...later] = open();
    const ended = stops().filter((stop) => stepsOf(stop).done);
    const body = [...notices(), ...(await looks())];
    if (!phone.route?.run && !stops().length) body.push(h('p', { className: 'empty' }, phone.route ? say('crew.no_run') : say('crew.nothing_kept')));
    if (phone.route?.run && phone.route.run.status === 'plan' && me.role === 'crew_leader') body.push(h('p', { className: 'banner warn' }, say('crew.not_loaded')));
    if (first) {
      const due = callDue(first);
      body.push(card(first, due ? h('p', { className: 'due' }, badge(due.text, due.late ? 'late' : 'warn')) : null,
        h('div', { className: 'row' }, link(say('crew.map'), `https://uri.amap.com/search?keyword=${encodeURIComponent(first.customer.address)}`), dial(first))));
    }
    if (later.length) body.push(h('h3', { className: 'muted' }, say('crew.later')), h('ol', { className: 'stops' }, later.map((stop) => h('li', {}, h('a', { className: 'plain', href: `#stop/${stop.job_id}` }, card(stop))))));
    if (ended.length) body.push(h('h3', { className: 'muted' }, say('crew.ended', { n: ended.length })), h('ol', { className: 'stops' }, ended.map((stop) => h('li', {}, card(stop)))));
    if (phone.route) body.push(h('p', { className: 'small muted' }, say('crew.age', { at: clock(phone.route.at) })));
    const go = [];
    if (phone.route?.run?.status === 'loaded') go.push(button(say('crew.depart'), () => tell(say('crew.depart'), `/api/runs/${phone.route.on}/${encodeURIComponent(me.crew)}/depart`, {}, { step: 'depart' }), 'go big'));
    else if (first) go.push(link(say('crew.continue', { n: first.position ?? '', name: first.customer.name }), `#stop/${first.job_id}`, 'go big'));
    else go.push(link(say('crew.to_close'), '#close', 'go big'));
    return [header(say('crew.today', { on: phone.route?.on ?? day(), crew: me.crew }), phone.route?.run ? say('crew.about', { vehicle: phone.route.run.vehicle, n: stops().length }) : me.name), body, [me.role === 'crew_leader' ? purse() : null, ...go, h('div', { className: 'row small' }, link(say('crew.close_day'), '#close', 'bare'), button(say('crew.log_out'), logOut, 'bare push'))]];
  }
  function callDue(stop) {
    if (stop.kind === 'visit' || stepsOf(stop).called || !stop.window) return null;
    const until = Date.parse(stop.window.starts) - 3600e3;
    const left = Math.round((until - now()) / 60e3);
    return { late: left < 0, text: left < 0 ? say('crew.call.late', { at: clock(new Date(until)) }) : say('crew.call.due', { at: clock(new Date(until)), n: left }) };
  }
  function dial(stop) {
    return h('a', { className: 'btn go', href: `tel:${stop.customer.phone}`, on: { click: () => setTimeout(() => askCall(stop, 'arrival-call', 'call'), 300) } }, say('crew.dial'));
  }
  function askCall(stop, path, step) {
    const box = $('call');
    box.querySelector('h2').textContent = say('crew.call.how', { name: stop.customer.name });
    const at = box.querySelector('[name=expected]');
    at.parentElement.hidden = step !== 'call';
    at.value = clock(stop.window?.starts ?? now()).padStart(5, '0');
    box.onclose = () => {
      const result = box.returnValue;
      if (!['reached', 'not_reached', 'later'].includes(result)) return;
      const body = { result, note: '' };
      if (step === 'call' && at.value) body.expected_at = `${phone.route.on}T${at.value}:00+08:00`;
      tell(say('crew.did.call', { name: stop.customer.name, result: say(`crew.result.${result}`) }), `/api/jobs/${encodeURIComponent(stop.job_id)}/${path}`, body, { job: stop.job_id, step: result === 'reached' ? step : null });
    };
    box.returnValue = '';
    box.showModal();
  }
  function notices() {
    const found = [];
    if (phone.told) found.push(h('div', { className: 'banner late' }, h('span', {}, phone.told), link(say('crew.sign_in'), '/login?next=/crew', 'push')));
    if (!phone.online) found.push(h('div', { className: 'banner' }, h('span', {}, h('b', {}, say('crew.no_signal')), h('br'), say('crew.no_signal.more'))));
    const foreign = phone.outbox.filter((one) => !mine(one)).length;
    if (foreign) found.push(h('div', { className: 'banner warn' }, say('crew.foreign', { n: foreign })));
    const list = pending();
    if (list.length) found.push(panel(say('crew.waiting', { n: list.length }), h('span', { className: 'muted small push' }, say('crew.oldest', { at: clock(list[0].at) })), h('ol', {}, list.map((one) => item(one.text, clock(one.at), badge(one.files.length ? say('crew.waits.photos', { n: one.files.length }) : say('crew.waits')))))));
    return found;
  }
  async function looks() {
    const changes = (await kept('changes')) ?? [];
    const list = refused();
    if (!list.length && !changes.length) return [];
    const drop = (at) => button(say('crew.seen'), async () => { await keep('changes', changes.filter((one, index) => index !== at)); show(); });
    return [panel(say('crew.look', { n: list.length + changes.length }), '', h('ol', {},
      list.map((one) => item(one.text, `${clock(one.at)} · ${zh ? one.refused.zh : one.refused.en}${one.refused.rule ? ` [${one.refused.rule}]` : ''}`,
        h('div', { className: 'stack' }, button(say('crew.again'), async () => { const { refused: _, ...fresh } = one; await queue({ ...fresh, id: unique() }); phone.outbox = await waiting(); show(); send(); }), button(say('crew.seen'), async () => { await unqueue(one.n); phone.outbox = await waiting(); show(); })))),
      changes.map((one, index) => item(one.text, say('crew.changed_at', { at: clock(one.at) }), drop(index)))))];
  }

  /* ---- one stop: call, arrive, check, collect, sign ---- */
  async function stopView(job) {
    const stop = stops().find((one) => one.job_id === job);
    if (!stop) { location.hash = ''; return routeView(); }
    const step = stepsOf(stop);
    const made = await draft(job);
    const sub = `${stop.customer.address} · ${span(stop.window)}`;
    const head = header(say('crew.stop', { n: stop.position ?? '', name: stop.customer.name }), sub);
    const delivery = stop.kind === 'delivery';
    const at = !step.called ? 0 : !step.arrived ? 1 : delivery ? (made.checked ? (made.collected || !due(stop) ? 4 : 3) : 2) : 2;
    const names = delivery ? ['call', 'arrive', 'check', 'collect', 'sign'] : ['call', 'arrive', 'accept'];
    const trail = h('ol', { className: 'steps', aria: { label: say('crew.steps') } }, names.map((name, index) => h('li', { className: index < at ? 'met' : index === at ? 'here' : '', ...(index === at ? { ariaCurrent: 'step' } : {}) }, `${index < at ? '✓ ' : ''}${say(`crew.step.${name}`)}`)));
    const back = link(say('crew.back'), '#', 'bare');
    const fail = delivery ? link(say('crew.cannot'), `#fail/${job}`, 'danger big third') : null;
    if (step.done) return [head, [trail, card(stop)], [link(say('crew.to_route'), '#', 'go big')]];
    if (at === 0) return [head, [trail, card(stop), h('p', {}, say('crew.call.hint'))], [h('div', { className: 'row' }, fail, dial(stop)), button(say('crew.call.skip'), () => askCall(stop, 'arrival-call', 'call'), 'bare'), back]];
    if (at === 1) return [head, [trail, card(stop)], [h('div', { className: 'row' }, fail, button(say('crew.arrive'), () => arrive(stop), 'go big')), back]];
    if (!delivery) return acceptView(stop, made, head, trail, back);
    if (at === 2) return checkView(stop, made, head, trail, fail, back);
    if (at === 3) return collectView(stop, made, head, trail, back);
    return signView(stop, made, head, trail, back);
  }
  const due = (stop) => stop.amount_due_fen ?? 0;
  function arrive(stop) {
    const path = `/api/jobs/${encodeURIComponent(stop.job_id)}/arrival`;
    const here = (body) => tell(say('crew.did.arrive', { address: stop.customer.address }), path, body, { job: stop.job_id, step: 'arrive' });
    const first = open()[0];
    if (!first || first.job_id === stop.job_id) { here({}); return; }
    const box = $('why');
    box.querySelector('h2').textContent = say('crew.order_reason', { name: first.customer.name });
    box.onclose = () => { const reason = box.querySelector('input').value.trim(); if (box.returnValue === 'go' && reason) here({ order_reason: reason }); };
    box.querySelector('input').value = '';
    box.returnValue = '';
    box.showModal();
  }
  const countOf = (made, line) => made.counts[line.line_no] ?? line.quantity;
  function checkView(stop, made, head, trail, fail, back) {
    const job = stop.job_id;
    const lines = stop.lines.map((line) => {
      const n = countOf(made, line);
      const set = (to) => { made.counts[line.line_no] = Math.max(0, Math.min(line.quantity, to)); keepDraft(job); show(); };
      const short = line.quantity - n;
      return h('li', { className: 'check' }, h('div', {}, h('b', {}, line.name), h('br'), h('span', { className: 'small muted' }, `${line.spec} · ${say('crew.expected', { n: line.quantity })}`),
        short ? h('div', { className: 'stack' }, badge(say('crew.short', { n: short }), 'late'),
          h('input', { value: made.why[line.line_no] ?? '', placeholder: say('crew.short.why'), maxLength: 200, aria: { label: say('crew.short.why') }, on: { change: (event) => { made.why[line.line_no] = event.target.value; keepDraft(job); } } }),
          h('label', { className: 'row' }, h('input', { type: 'checkbox', checked: made.damaged[line.line_no] ?? false, on: { change: (event) => { made.damaged[line.line_no] = event.target.checked; keepDraft(job); } } }), say('crew.short.damaged'))) : null),
      h('div', { className: 'count' }, button('−', () => set(n - 1)), h('b', {}, String(n)), button('+', () => set(n + 1))));
    });
    lines.forEach((line, index) => line.querySelectorAll('.count button').forEach((one, plus) => one.setAttribute('aria-label', say(plus ? 'crew.plus' : 'crew.minus', { name: stop.lines[index].name }))));
    const taught = h('label', { className: 'check tick' }, h('input', { type: 'checkbox', checked: made.taught, on: { change: (event) => { made.taught = event.target.checked; keepDraft(job); show(); } } }), h('span', {}, say('crew.taught')));
    const missing = stop.lines.some((line) => countOf(made, line) < line.quantity && !(made.why[line.line_no] ?? '').trim());
    const next = button(due(stop) ? say('crew.to_collect', { amount: money(due(stop)) }) : say('crew.to_sign'), () => { if (missing) { announce(say('crew.short.needs')); return; } made.checked = true; keepDraft(job); show(); }, 'go big');
    return [head, [trail, h('p', { className: 'small muted' }, say('crew.check.hint')), h('ol', {}, lines), photoRow(stop, made), taught], [h('div', { className: 'row' }, fail, next), back]];
  }
  function photoRow(stop, made) {
    const input = h('input', { type: 'file', accept: 'image/*', hidden: true, on: { change: async () => { for (const file of input.files) made.photos.push(await shrink(file)); await keepDraft(stop.job_id); show(); } } });
    input.setAttribute('capture', 'environment');
    return h('div', {}, input, button(say('crew.photo', { n: made.photos.length }), () => input.click(), 'big'));
  }
  async function shrink(file) {
    try {
      const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
      const scale = Math.min(1, PHOTO_PX / Math.max(picture.width, picture.height));
      const canvas = h('canvas', { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
      canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
      return await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.8));
    } catch { return file; }
  }
  function collectView(stop, made, head, trail, back) {
    const field = h('input', { inputMode: 'decimal', value: made.cash ?? String(due(stop) / 100), aria: { label: say('crew.collected') }, on: { input: (event) => { made.cash = event.target.value; keepDraft(stop.job_id); } } });
    const done = () => {
      const fen = Math.round(Number(field.value) * 100);
      if (!Number.isFinite(fen) || fen < 0) { announce(say('crew.cash.bad')); field.focus(); return; }
      if (cashNow() + fen > Number(me.limit)) { announce(say('crew.cash.limit', { amount: money(Number(me.limit)) })); return; }
      made.cash = field.value; made.collected = true; keepDraft(stop.job_id); show();
    };
    return [head, [trail, h('dl', { className: 'facts' }, h('dt', {}, say('crew.owed')), h('dd', {}, money(due(stop)))), h('label', { className: 'field' }, h('span', {}, say('crew.collected')), field)], [purse(), button(say('crew.to_sign'), done, 'go big'), button(say('crew.recheck'), () => { made.checked = false; keepDraft(stop.job_id); show(); }, 'bare'), back]];
  }
  function signView(stop, made, head, trail, back) {
    const goods = stop.lines.map((line) => `${line.name} ${countOf(made, line)}${countOf(made, line) < line.quantity ? `/${line.quantity}` : ''}`).join('、');
    const fen = due(stop) ? Math.round(Number(made.cash ?? 0) * 100) : 0;
    const pad = padOf();
    const signer = h('input', { value: made.signer || stop.customer.name, maxLength: 40, on: { change: (event) => { made.signer = event.target.value; keepDraft(stop.job_id); } } });
    const sign = async () => {
      if (!pad.used()) { announce(say('crew.sign.needs')); return; }
      const refusals = stop.lines.filter((line) => countOf(made, line) < line.quantity).map((line) => ({ line_no: line.line_no, quantity: line.quantity - countOf(made, line), damaged: made.damaged[line.line_no] ?? false, reason: (made.why[line.line_no] ?? '').trim(), photos: [] }));
      const body = { delivered: stop.lines.map((line) => ({ line_no: line.line_no, quantity: countOf(made, line) })), signed_by: signer.value.trim() || stop.customer.name, taught_use: made.taught, cash_fen: fen };
      if (refusals.length) body.refused = refusals;
      const files = [{ field: 'signature_ref', blob: await pad.blob() }, ...made.photos.map((blob) => ({ field: 'photos[]', blob }))];
      await tell(say('crew.did.sign', { name: stop.customer.name, n: made.photos.length, amount: money(fen) }), `/api/jobs/${encodeURIComponent(stop.job_id)}/delivery`, body, { files, job: stop.job_id, step: 'sign', cash: fen });
      drafts.delete(stop.job_id);
      await keep(`draft:${stop.job_id}`, undefined);
      location.hash = '';
    };
    return [head, [trail, h('dl', { className: 'facts' }, h('dt', {}, say('crew.goods')), h('dd', {}, goods), h('dt', {}, say('crew.money')), h('dd', {}, money(fen)), h('dt', {}, say('crew.taught')), h('dd', {}, say(made.taught ? 'crew.yes' : 'crew.no'))), h('p', {}, say('crew.sign.hint')), pad.element, h('div', { className: 'row' }, button(say('crew.sign.again'), pad.clear)), h('label', { className: 'field' }, h('span', {}, say('crew.signer')), signer)], [button(say('crew.signed'), sign, 'go big'), h('p', { className: 'small muted center' }, say('crew.sign.note')), button(say('crew.recheck'), () => { made.checked = made.collected = false; keepDraft(stop.job_id); show(); }, 'bare'), back]];
  }
  function padOf() {
    const canvas = h('canvas', { className: 'sign', width: 700, height: 260, role: 'img', aria: { label: say('crew.sign.pad') } });
    const pen = canvas.getContext('2d');
    let drawn = 0;
    let last = null;
    const place = (event) => { const box = canvas.getBoundingClientRect(); return [((event.clientX - box.left) / box.width) * canvas.width, ((event.clientY - box.top) / box.height) * canvas.height]; };
    const clear = () => { pen.fillStyle = '#fff'; pen.fillRect(0, 0, canvas.width, canvas.height); drawn = 0; };
    clear();
    Object.assign(pen, { lineWidth: 5, lineCap: 'round', lineJoin: 'round', strokeStyle: '#111' });
    canvas.addEventListener('pointerdown', (event) => { canvas.setPointerCapture(event.pointerId); last = place(event); event.preventDefault(); });
    canvas.addEventListener('pointermove', (event) => {
      if (!last) return;
      const to = place(event);
      pen.beginPath(); pen.moveTo(...last); pen.lineTo(...to); pen.stroke();
      drawn += Math.hypot(to[0] - last[0], to[1] - last[1]);
      last = to;
    });
    for (const name of ['pointerup', 'pointercancel']) canvas.addEventListener(name, () => { last = null; });
    return { element: canvas, clear, used: () => drawn > 60, blob: () => new Promise((resolve) => canvas.toBlob(resolve, 'image/png')) };
  }
  function acceptView(stop, made, head, trail, back) {
    const by = h('input', { value: made.signer || stop.customer.name, maxLength: 40 });
    const note = h('textarea', { rows: 3, maxLength: 300, value: made.note ?? '' });
    const done = async () => {
      await tell(say('crew.did.install', { name: stop.customer.name }), `/api/jobs/${encodeURIComponent(stop.job_id)}/installation`, { accepted_by: by.value.trim() || stop.customer.name, note: note.value.trim() }, { job: stop.job_id, step: 'sign' });
      location.hash = '';
    };
    if (stop.kind === 'visit') return [head, [trail, card(stop), h('p', {}, say('crew.visit.hint'))], [link(say('crew.visit.open'), `/visit/${stop.ticket_id}`, 'go big'), back]];
    return [head, [trail, card(stop), h('label', { className: 'field' }, h('span', {}, say('crew.accepted_by')), by), h('label', { className: 'field' }, h('span', {}, say('crew.note')), note)], [button(say('crew.installed'), done, 'go big'), back]];
  }

  /* ---- what cannot be delivered (B14): phone.told at once, the office decides what becomes of the goods ---- */
  async function failView(job) {
    const stop = stops().find((one) => one.job_id === job);
    if (!stop) { location.hash = ''; return routeView(); }
    const made = await draft(job);
    const causes = ['absent', 'refused', 'site', 'access', 'goods', 'other'].map((cause) => h('label', { className: 'check tick' }, h('input', { type: 'radio', name: 'cause', value: cause, checked: made.cause === cause, on: { change: () => { made.cause = cause; keepDraft(job); show(); } } }), h('span', {}, say(`crew.cause.${cause}`))));
    const note = h('textarea', { rows: 2, maxLength: 200, value: made.failNote ?? '', on: { change: (event) => { made.failNote = event.target.value; keepDraft(job); } } });
    const reached = h('label', { className: 'check tick' }, h('input', { type: 'checkbox', checked: made.reached ?? false, on: { change: (event) => { made.reached = event.target.checked; keepDraft(job); } } }), h('span', {}, say('crew.reached')));
    const cause = () => [say(`crew.cause.${made.cause}`), (note.value || '').trim()].filter(Boolean).join('：');
    const report = async () => {
      if (!made.cause) { announce(say('crew.cause.needs')); return; }
      await tell(say('crew.did.cannot', { name: stop.customer.name, cause: cause() }), `/api/jobs/${encodeURIComponent(job)}/undeliverable`, { cause: cause(), customer_reached: made.reached ?? false }, { files: made.photos.map((blob) => ({ field: 'photos[]', blob })), job, step: 'report' });
      made.reported = true;
      keepDraft(job);
      show();
    };
    const consent = stop.consent ?? stop.failure_consent ?? null;
    const finish = (goods) => async () => {
      await tell(say('crew.did.fail', { name: stop.customer.name, goods: say(`crew.goods.${goods}`) }), `/api/jobs/${encodeURIComponent(job)}/failure`, { cause: cause(), goods }, { job, step: 'fail' });
      location.hash = '';
    };
    const asked = made.reported || stop.undeliverable;
    const body = [card(stop), dial(stop), h('fieldset', { className: 'stack' }, h('legend', {}, say('crew.cause')), ...causes), h('label', { className: 'field' }, h('span', {}, say('crew.note')), note), reached, photoRow(stop, made)];
    if (asked) body.push(h('p', { className: `banner ${consent ? 'ok' : 'warn'}` }, consent ? say('crew.consent.given', { goods: say(`crew.goods.${consent.goods}`), by: consent.by ?? '' }) : say('crew.consent.waits')));
    const foot = asked ? [h('div', { className: 'row' }, button(say('crew.goods.returned'), finish('returned'), 'big half'), button(say('crew.goods.deposited'), finish('deposited'), 'big half'))] : [button(say('crew.report_cannot'), report, 'go big')];
    return [header(say('crew.cannot_title', { name: stop.customer.name }), stop.customer.address), body, [...foot, link(say('crew.back'), `#stop/${job}`, 'bare')]];
  }

  /* ---- the end of the day: only with a connection ---- */
  async function closeView() {
    const run = phone.route?.run;
    const body = [...notices()];
    const tasks = (phone.route?.calls ?? []).filter((one) => one.purpose === 'half_day');
    if (tasks.length) body.push(panel(say('crew.evening', { n: tasks.length }), '', h('ol', {}, tasks.map((one) => {
      const done = said(one.job_id, 'half');
      const stop = { job_id: one.job_id, customer: one.customer, window: one.window };
      return item(`${one.customer.name} · ${say(`crew.half.${one.half}`)}`, done ? say('crew.waits') : say('crew.evening.due', { at: clock(one.due) }), done ? badge(say('crew.told'), 'ok') : h('a', { className: 'btn', href: `tel:${one.customer.phone}`, on: { click: () => setTimeout(() => askCall(stop, 'half-day-call', 'half'), 300) } }, say('crew.dial')));
    }))));
    if (!run) return [header(say('crew.close_title', { on: phone.route?.on ?? day() }), me.name), [...body, h('p', { className: 'empty' }, say('crew.no_run'))], [link(say('crew.to_route'), '#', 'go big')]];
    const collected = run.collected ?? [];
    const handed = (run.handed_in ?? []).reduce((sum, one) => sum + one.amount_fen, 0);
    const total = collected.reduce((sum, one) => sum + one.amount_fen, 0);
    if (run.collected !== null) body.push(panel(say('crew.money'), badge(run.on_vehicle_fen ? say('crew.cash.left', { amount: money(run.on_vehicle_fen) }) : say('crew.cash.even'), run.on_vehicle_fen ? 'warn' : 'ok'),
      h('dl', { className: 'facts' }, collected.flatMap((one) => [h('dt', {}, stops().find((stop) => stop.job_id === one.job_id)?.customer.name ?? one.job_id), h('dd', { className: 'num' }, money(one.amount_fen))]), h('dt', {}, say('crew.to_hand_in')), h('dd', { className: 'num' }, money(total)), h('dt', {}, say('crew.handed_in')), h('dd', { className: 'num' }, money(handed)))));
    const answer = h('p', { className: 'banner late', hidden: true, role: 'alert' });
    const post = (path, make) => async () => {
      answer.hidden = true;
      if (pending().length || !phone.online) { answer.textContent = say('crew.close.outbox'); answer.hidden = false; return; }
      const reply = await fetch(`/api/runs/${phone.route.on}/${encodeURIComponent(me.crew)}/${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json', 'Idempotency-Key': unique() }, body: JSON.stringify(make()) }).catch(() => null);
      if (reply?.ok) { await sync(); return; }
      const no = reply ? await reply.json().catch(() => ({})) : {};
      answer.textContent = reply ? (zh ? no.zh : no.en) || `HTTP ${reply.status}` : say('crew.no_signal');
      answer.hidden = false;
    };
    const explain = h('textarea', { rows: 2, maxLength: 300 });
    const parking = h('input', { maxLength: 80 });
    const km = h('input', { inputMode: 'numeric' });
    const note = h('input', { maxLength: 200 });
    const checks = ['lights', 'brakes', 'tyres', 'fluids', 'clean', 'tools'].map((name) => h('label', { className: 'check tick' }, h('input', { type: 'checkbox', name }), h('span', {}, say(`crew.vehicle.${name}`))));
    const vehicle = () => Object.fromEntries([...checks.map((one) => [one.firstChild.name, one.firstChild.checked]), ['odometer_km', Number(km.value) || 0], ['note', note.value.trim()]]);
    if (!run.closed) body.push(panel(say('crew.close_day'), '', h('label', { className: 'field' }, h('span', {}, say('crew.explain')), explain), button(say('crew.close_go'), post('close', () => (explain.value.trim() ? { explanation: explain.value.trim() } : {})), 'big')));
    else body.push(h('p', { className: 'banner ok' }, say('crew.closed', { at: clock(run.closed.at) })));
    if (!run.report) body.push(panel(say('crew.report'), '', ...checks, h('label', { className: 'field' }, h('span', {}, say('crew.vehicle.km')), km), h('label', { className: 'field' }, h('span', {}, say('crew.parking')), parking), h('label', { className: 'field' }, h('span', {}, say('crew.note')), note), button(say('crew.report_go'), post('report', () => ({ vehicle_check: vehicle(), parking: parking.value.trim(), note: note.value.trim() })), 'big')));
    else body.push(h('p', { className: 'banner ok' }, say('crew.reported')));
    return [header(say('crew.close_title', { on: phone.route.on }), say('crew.close_sub')), [...body, answer], [link(say('crew.to_route'), '#', 'go big')]];
  }

  async function logOut() {
    if (phone.outbox.some(mine)) { announce(say('crew.log_out.outbox', { n: phone.outbox.filter(mine).length })); return; }
    drafts.clear();
    await forget();
    await fetch('/logout', { method: 'POST' }).catch(() => null);
    location.assign('/login');
  }
  function announce(text) {
    const box = h('div', { className: 'toast' }, text);
    $('toasts').append(box);
    setTimeout(() => box.remove(), 6000);
  }

  /* ---- showing; a page that somebody is typing into or signing on is not torn away ---- */
  let shown = '';
  let turn = 0;
  async function show() {
    const mineNow = ++turn;
    const [view, job] = location.hash.slice(1).split('/');
    const where = location.hash;
    const busy = document.activeElement?.matches?.('input, textarea') || document.querySelector('canvas.sign');
    const made = view === 'stop' ? await stopView(decodeURIComponent(job)) : view === 'fail' ? await failView(decodeURIComponent(job)) : view === 'close' ? await closeView() : await routeView();
    if (mineNow !== turn || (busy && shown === where && quiet)) return;
    const [head, body, foot] = made;
    const scroll = shown === where ? $('phone').querySelector('.body')?.scrollTop : 0;
    $('phone').replaceChildren(head, h('div', { className: 'body' }, ...body.flat().filter(Boolean)), h('footer', {}, ...foot.flat().filter(Boolean)));
    $('phone').querySelector('.body').scrollTop = scroll || 0;
    shown = where;
    document.title = `${$('phone').querySelector('h2').textContent} · ${say('crew.brand')}`;
  }
  let quiet = false;
  const quietly = async (run) => { quiet = true; try { await run(); } finally { quiet = false; } };

  async function begin() {
    phone.show = show;
    await Crew.begin();
    await show();
    addEventListener('hashchange', show);
    addEventListener('online', () => { send(); });
    addEventListener('offline', () => { phone.online = false; show(); });
    document.addEventListener('visibilitychange', () => { if (!document.hidden) quietly(send); });
    setInterval(() => quietly(async () => {
      if (Crew.isOld()) { drafts.clear(); await forget(); }
      await send();
    }), TRY_MS);
    let soon;
    const live = new EventSource(`/live/board/${day()}?format=json`);
    live.onmessage = () => { clearTimeout(soon); soon = setTimeout(() => quietly(sync), 300); };
    await send();
  }
  if ('serviceWorker' in navigator) navigator.serviceWorker.register('/crew-sw.js', { scope: '/crew' }).catch(() => { /* plain HTTP: without HTTPS it works with a network only */ });
  begin();
})();
