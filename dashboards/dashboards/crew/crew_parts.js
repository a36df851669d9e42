/* The crew's phone, its parts: cards, header, purse, photos, the signature pad, the questions after a call. */
'use strict';
(() => {
  const {
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
    clock,
    span,
    money,
    unique,
    mine,
    pending,
    refused,
    said,
    send,
  } = window.Crew;
  const $ = (id) => document.getElementById(id);
  const zh = document.documentElement.lang !== 'en';
  const PHOTO_PX = 1600;
  const show = () => Crew.show();
  const tell = async (...what) => {
    await Crew.tell(...what);
    await show();
  };
  const acts = (stop) => me.role === 'crew_leader' || (me.role === 'technician' && stop.kind !== 'delivery');

  /* ---- drafts: what is half done at a stop survives a restart ---- */
  const drafts = new Map();
  async function draft(job) {
    if (!drafts.has(job))
      drafts.set(
        job,
        (await kept(`draft:${job}`)) ?? {
          counts: {},
          why: {},
          damaged: {},
          photos: [],
          taught: false,
          signer: '',
          cash: null,
        },
      );
    return drafts.get(job);
  }
  const keepDraft = (job) => keep(`draft:${job}`, drafts.get(job));

  /* ---- building the page ---- */
  const h = (tag, props = {}, ...children) => {
    const { on = {}, data = {}, aria = {}, ...rest } = props;
    const made = Object.assign(document.createElement(tag), rest);
    for (const [name, run] of Object.entries(on)) made.addEventListener(name, run);
    for (const [name, value] of Object.entries(data))
      if (value !== null && value !== undefined) made.dataset[name] = value;
    for (const [name, value] of Object.entries(aria)) made.setAttribute(`aria-${name}`, value);
    made.append(...children.flat().filter((one) => one !== null && one !== undefined && one !== false));
    return made;
  };
  const button = (text, run, kind = '') =>
    h('button', { type: 'button', className: `btn ${kind}`, on: { click: run } }, text);
  const link = (text, href, kind = '') => h('a', { className: `btn ${kind}`, href }, text);
  const badge = (text, kind = '') => h('span', { className: `badge ${kind}` }, text);
  const panel = (title, tail, ...body) =>
    h(
      'section',
      { className: 'panel' },
      h('header', {}, h('h3', {}, title), tail),
      h('div', { className: 'body' }, ...body),
    );
  const item = (head, small, tail) =>
    h(
      'li',
      { className: 'check' },
      h('div', {}, h('b', {}, head), h('br'), h('span', { className: 'small muted' }, small)),
      tail ?? '',
    );
  const TYPES = { delivery: 'deliver', installation: 'install', visit: 'service' };

  function stepsOf(stop) {
    const done =
      ['done', 'fail', 'cancelled'].includes(stop.status) || said(stop.job_id, 'sign') || said(stop.job_id, 'fail');
    const arrived = done || stop.arrived_at || said(stop.job_id, 'arrive');
    const called = arrived || stop.arrival_call?.result === 'reached' || said(stop.job_id, 'call');
    return { called, arrived, done };
  }
  const statusOf = (stop) =>
    ['fail', 'cancelled'].includes(stop.status) || said(stop.job_id, 'fail')
      ? 'fail'
      : stepsOf(stop).done
        ? 'done'
        : stepsOf(stop).arrived
          ? 'site'
          : stop.status;
  const stops = () => phone.route?.stops ?? [];
  const open = () => stops().filter((stop) => !stepsOf(stop).done);
  /* With what the server has not been told, or has not written down yet. */
  const cashNow = () => {
    const run = phone.route?.run;
    const told = new Set((run?.collected ?? []).map((one) => one.job_id));
    return [...pending(), ...phone.sent.filter(mine)]
      .filter((one) => one.cash && !told.has(one.job))
      .reduce((sum, one) => sum + one.cash, run?.on_vehicle_fen ?? 0);
  };

  function summary(stop) {
    const parts = [stop.lines.length ? say('crew.lines', { n: stop.lines.length }) : stop.summary];
    if (stop.volume_l) parts.push(`${(stop.volume_l / 1000).toFixed(1)} m³`);
    if (stop.kind === 'delivery' && stop.amount_due_fen)
      parts.push(say('crew.collect', { amount: money(stop.amount_due_fen) }));
    return parts.join(' · ');
  }
  function card(stop, ...more) {
    const status = statusOf(stop);
    return h(
      'article',
      { className: 'card', data: { type: TYPES[stop.kind], status, job: stop.job_id } },
      h(
        'div',
        { className: 'l1' },
        h('span', { className: 'seq' }, String(stop.nth)),
        h('b', {}, stop.customer.name),
        h('span', {}, stop.customer.district),
        h('time', {}, span(stop.window)),
      ),
      h('div', { className: 'l2' }, stop.customer.address),
      h(
        'div',
        { className: 'l3' },
        h('span', {}, stop.customer.phone.replace(/^(\d{3})\d+(\d{4})$/, '$1****$2')),
        h('span', {}, summary(stop)),
      ),
      ...more,
      h(
        'div',
        { className: 'l4' },
        h('span', { className: `st ${status}` }, `${say(`crew.type.${stop.kind}`)} · ${say(`crew.status.${status}`)}`),
      ),
    );
  }
  function header(title, sub) {
    const minutes = phone.route ? Math.round((now() - Date.parse(phone.route.at)) / 60e3) : 0;
    const live = phone.online
      ? say('crew.synced', { at: clock(phone.route?.at) })
      : say('crew.offline', { n: minutes });
    return h(
      'header',
      {},
      h(
        'div',
        { className: 'row' },
        h('h2', { className: 'title' }, title),
        h('span', { className: 'live push', role: 'status', data: { state: phone.online ? '' : 'off' } }, live),
      ),
      h('p', { className: 'small muted' }, sub),
    );
  }
  function purse() {
    const limit = Number(me.limit);
    const fen = cashNow();
    return h(
      'div',
      {},
      h(
        'div',
        { className: 'row small' },
        h('span', {}, say(pending().some((one) => one.cash) ? 'crew.cash.with' : 'crew.cash')),
        h('b', { className: 'push' }, `${money(fen)} / ${(limit / 100).toLocaleString('zh-CN')}`),
      ),
      h('meter', {
        min: 0,
        max: limit,
        low: limit * 0.8,
        high: limit,
        optimum: 0,
        value: fen,
        aria: { label: say('crew.cash') },
      }),
    );
  }

  function callDue(stop) {
    if (stop.kind !== 'delivery' || stepsOf(stop).called || !stop.window) return null;
    const until = Date.parse(stop.window.starts) - 3600e3;
    const left = Math.round((until - now()) / 60e3);
    return {
      late: left < 0,
      text:
        left < 0
          ? say('crew.call.late', { at: clock(new Date(until)) })
          : say('crew.call.due', { at: clock(new Date(until)), n: left }),
    };
  }
  function dial(stop) {
    return h(
      'a',
      {
        className: 'btn go',
        href: `tel:${stop.customer.phone}`,
        on: {
          click: () => {
            if (acts(stop) && stop.kind === 'delivery') setTimeout(() => askCall(stop, 'arrival-call', 'call'), 300);
          },
        },
      },
      say('crew.dial'),
    );
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
      tell(
        say('crew.did.call', { name: stop.customer.name, result: say(`crew.result.${result}`) }),
        `/api/jobs/${encodeURIComponent(stop.job_id)}/${path}`,
        body,
        { job: stop.job_id, step: result === 'reached' ? step : null },
      );
    };
    box.returnValue = '';
    box.showModal();
  }
  function askWhy(question, then) {
    const box = $('why');
    box.querySelector('h2').textContent = question;
    box.onclose = () => {
      const reason = box.querySelector('input').value.trim();
      if (box.returnValue === 'go' && reason) then(reason);
    };
    box.querySelector('input').value = '';
    box.returnValue = '';
    box.showModal();
  }
  function askTrouble(stop) {
    const box = $('trouble');
    const form = box.querySelector('form');
    form.reset();
    box.onclose = () => {
      const { cause, note, told } = form.elements;
      if (box.returnValue !== 'go') return;
      const text = say('crew.did.trouble', { name: stop.customer.name, cause: cause.selectedOptions[0].text });
      tell(
        text,
        `/api/jobs/${encodeURIComponent(stop.job_id)}/trouble`,
        { cause: cause.value, note: note.value.trim(), told_customer: told.checked },
        { job: stop.job_id, step: 'trouble' },
      );
    };
    box.returnValue = '';
    box.showModal();
  }
  function notices() {
    const found = [];
    if (phone.told)
      found.push(
        h(
          'div',
          { className: 'banner late' },
          h('span', {}, phone.told),
          link(say('crew.sign_in'), '/login?next=/crew', 'push'),
        ),
      );
    if (!phone.online)
      found.push(
        h(
          'div',
          { className: 'banner' },
          h('span', {}, h('b', {}, say('crew.no_signal')), h('br'), say('crew.no_signal.more')),
        ),
      );
    if (phone.route?.lacks) found.push(h('div', { className: 'banner warn', id: 'lacks' }, say('crew.lacks')));
    const foreign = phone.outbox.filter((one) => !mine(one)).length;
    if (foreign) found.push(h('div', { className: 'banner warn' }, say('crew.foreign', { n: foreign })));
    const list = pending();
    if (list.length)
      found.push(
        panel(
          say('crew.waiting', { n: list.length }),
          h('span', { className: 'muted small push' }, say('crew.oldest', { at: clock(list[0].at) })),
          h(
            'ol',
            {},
            list.map((one) =>
              item(
                one.text,
                clock(one.at),
                badge(one.files.length ? say('crew.waits.photos', { n: one.files.length }) : say('crew.waits')),
              ),
            ),
          ),
        ),
      );
    return found;
  }
  async function again(one) {
    const { refused: no, ...fresh } = one;
    const go = async (more = {}) => {
      await queue({ ...fresh, id: unique(), body: { ...fresh.body, ...more } });
      phone.outbox = await waiting();
      await show();
      send();
    };
    if (no.code === 'out_of_order') askWhy(say('crew.order_reason_late'), (reason) => go({ order_reason: reason }));
    else await go();
  }
  async function looks() {
    const changes = (await kept('changes')) ?? [];
    const list = refused();
    if (!list.length && !changes.length) return [];
    const drop = (at) =>
      button(say('crew.seen'), async () => {
        const { text, at: when } = changes[at];
        await alter('changes', (told) => told.filter((one) => one.text !== text || one.at !== when));
        show();
      });
    return [
      panel(
        say('crew.look', { n: list.length + changes.length }),
        '',
        h(
          'ol',
          {},
          list.map((one) =>
            item(
              one.text,
              `${clock(one.at)} · ${zh ? one.refused.zh : one.refused.en}` +
                (one.refused.rule ? ` [${one.refused.rule}]` : ''),
              h(
                'div',
                { className: 'stack' },
                button(say('crew.again'), () => again(one)),
                button(say('crew.seen'), async () => {
                  await unqueue(one.n);
                  phone.outbox = await waiting();
                  show();
                }),
              ),
            ),
          ),
          changes.map((one, index) => item(one.text, say('crew.changed_at', { at: clock(one.at) }), drop(index))),
        ),
      ),
    ];
  }

  function photoRow(stop, made) {
    return photoOf(
      say('crew.photo', { n: made.photos.length }),
      async (taken) => {
        made.photos.push(...taken);
        await keepDraft(stop.job_id);
        show();
      },
      'big',
    );
  }
  /* A button that takes photos; `then` gets them, shrunk. */
  function photoOf(text, then, kind = '') {
    const input = h('input', {
      type: 'file',
      accept: 'image/*',
      hidden: true,
      on: {
        change: async () => {
          const taken = [];
          for (const file of input.files) taken.push(await shrink(file));
          if (taken.length) then(taken);
        },
      },
    });
    input.setAttribute('capture', 'environment');
    return h(
      'div',
      {},
      input,
      button(text, () => input.click(), kind),
    );
  }
  async function shrink(file) {
    try {
      const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
      const scale = Math.min(1, PHOTO_PX / Math.max(picture.width, picture.height));
      const canvas = h('canvas', {
        width: Math.round(picture.width * scale),
        height: Math.round(picture.height * scale),
      });
      canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
      return await new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.8));
    } catch {
      return file;
    }
  }
  function padOf() {
    const canvas = h('canvas', {
      className: 'sign',
      width: 700,
      height: 260,
      role: 'img',
      aria: { label: say('crew.sign.pad') },
    });
    const pen = canvas.getContext('2d');
    let drawn = 0;
    let last = null;
    const place = (event) => {
      const box = canvas.getBoundingClientRect();
      return [
        ((event.clientX - box.left) / box.width) * canvas.width,
        ((event.clientY - box.top) / box.height) * canvas.height,
      ];
    };
    const clear = () => {
      pen.fillStyle = '#fff';
      pen.fillRect(0, 0, canvas.width, canvas.height);
      drawn = 0;
      delete canvas.dataset.used;
    };
    clear();
    Object.assign(pen, { lineWidth: 5, lineCap: 'round', lineJoin: 'round', strokeStyle: '#111' });
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId);
      last = place(event);
      event.preventDefault();
    });
    canvas.addEventListener('pointermove', (event) => {
      if (!last) return;
      const to = place(event);
      pen.beginPath();
      pen.moveTo(...last);
      pen.lineTo(...to);
      pen.stroke();
      canvas.dataset.used = '1';
      drawn += Math.hypot(to[0] - last[0], to[1] - last[1]);
      last = to;
    });
    for (const name of ['pointerup', 'pointercancel'])
      canvas.addEventListener(name, () => {
        last = null;
      });
    return {
      element: canvas,
      clear,
      used: () => drawn > 60,
      blob: () => new Promise((resolve) => canvas.toBlob(resolve, 'image/png')),
    };
  }
  function announce(text) {
    const box = h('div', { className: 'toast' }, text);
    $('toasts').append(box);
    setTimeout(() => box.remove(), 6000);
  }

  Object.assign(window.Crew, {
    parts: {
      $,
      zh,
      show,
      tell,
      acts,
      drafts,
      draft,
      keepDraft,
      h,
      button,
      link,
      badge,
      panel,
      item,
      stepsOf,
      statusOf,
      stops,
      open,
      cashNow,
      card,
      header,
      purse,
      callDue,
      dial,
      askCall,
      askWhy,
      askTrouble,
      notices,
      looks,
      photoRow,
      photoOf,
      padOf,
      announce,
    },
  });
})();
