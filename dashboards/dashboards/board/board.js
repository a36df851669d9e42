/* Dispatch board: a drop is a request, the server decides, the stream shows. */
'use strict';
(() => {
  const $ = (id) => document.getElementById(id);
  const on = (name, run, target = document, how) => target.addEventListener(name, run, how);
  const words = JSON.parse($('words').textContent);
  const say = (key, facts = {}) => Page.fill(words[key], facts);
  const zh = document.documentElement.lang !== 'en';
  const board = $('board');
  const cards = () =>
    [...document.querySelectorAll('[data-job]')].filter((card) => card.matches('.card, tr') && card.offsetParent);
  const cells = () => [...document.querySelectorAll('.cell')];
  const day = () => $('pick').value;
  const published = () => $('status').dataset.state === 'published';
  const cubic = (litres) => (litres / 1000).toFixed(1).replace(/\.0$/, '');
  const next = (cell) => {
    let place = 1;
    while (cell.querySelector(`[data-position="${place}"]`)) place += 1;
    return place;
  };

  /* what people are told */
  const make = (tag, values) => Object.assign(document.createElement(tag), values);
  function toast(text, undo) {
    const box = make('div', { className: 'toast', textContent: text });
    if (undo) {
      const link = make('a', { href: '#', textContent: say('undo') });
      on(
        'click',
        (event) => {
          event.preventDefault();
          box.remove();
          undo();
        },
        link,
      );
      box.append(link);
    }
    $('toasts').append(box);
    setTimeout(() => box.remove(), undo ? 12000 : 8000);
  }
  const announce = (text) => {
    $('say').textContent = text;
  };
  function movable(card) {
    const { name, why } = card.dataset;
    if (!Page.online) toast(say('off'));
    else if (card.classList.contains('ghost')) toast(say('confirming', { name }));
    else if (card.dataset.movable !== '1')
      toast(say(why ? 'blocked' : 'fixed', { name, why: why || card.querySelector('.st')?.textContent }));
    else return true;
    return false;
  }
  const dialog = (id) => {
    const box = $(id);
    if (!box.open) box.showModal();
    return box;
  };

  /* a hint from what is on the page; only the server knows */
  function fit(card, cell) {
    const same = card.closest('.cell') === cell;
    const stops = Number(cell.dataset.stops) + (same ? 0 : 1);
    const volume = Number(cell.dataset.volume) + (same ? 0 : Number(card.dataset.volume));
    const limit = Number(cell.dataset.volumeMax || 0);
    const kind = cell.dataset.kind === card.dataset.kind;
    return {
      ok: kind && stops <= Number(cell.dataset.stopsMax) && (!limit || volume <= limit),
      kind,
      stops: say('stops', { n: stops, of: cell.dataset.stopsMax }),
      volume: limit ? say('volume', { v: cubic(volume), of: cubic(limit) }) : say('volume_free'),
    };
  }
  const verdict = (found) => say(found.ok ? 'fits' : found.kind ? 'full' : 'kind');

  const unique = () => crypto.getRandomValues(new Uint32Array(4)).join('-'); // randomUUID wants https

  /* asking the server */
  async function post(path, body) {
    const headers = { 'Idempotency-Key': unique(), 'Content-Type': 'application/json' };
    const options = { method: 'POST', headers, body: JSON.stringify(body) };
    let answer;
    try {
      answer = await fetch(path, options);
    } catch {
      return { kind: 'offline' };
    }
    let said = {};
    try {
      said = await answer.json();
    } catch {
      /* the status says all */
    }
    if (answer.status === 202) return { kind: 'pending' };
    if (answer.ok) return { kind: 'ok', said };
    const kinds = {
      401: 'signed_out',
      403: 'not_allowed',
      404: 'refused',
      409: 'refused',
      422: 'not_allowed',
      429: 'busy',
      503: 'busy',
    };
    return { kind: kinds[answer.status] || 'failed', said, seconds: answer.headers.get('Retry-After') || 5 };
  }
  function tell(outcome, card = null, target = null) {
    const { kind, said = {} } = outcome;
    const why = zh ? said.zh : said.en;
    if (said.code === 'waits_for_repair')
      toast(why); // it is kept
    else if (kind === 'refused') conflict(card, target, said);
    else if (kind === 'busy') toast(say('busy', { seconds: outcome.seconds }));
    else if (kind === 'not_allowed') toast(say('not_allowed', { why: why || '' }));
    else if (kind === 'failed') toast(say('failed', { id: said.id || '?' }));
    else toast(say(kind));
  }

  const reasonFor = (what) =>
    new Promise((resolve) => {
      const box = dialog('reason');
      const form = $('reason-form');
      form.reset();
      box.querySelector('[data-what]').textContent = what;
      box.returnValue = '';
      on('close', () => resolve(box.returnValue === 'go' ? form.elements.reason.value.trim() : null), box, {
        once: true,
      });
      form.elements.reason.focus();
    });

  const named = (crew, half) => {
    const cell = cells().find((one) => one.dataset.crew === crew && one.dataset.half === half);
    return { crew: cell?.dataset.crewName || crew, half: cell?.dataset.halfName || half };
  };

  async function place(card, target, undo = false) {
    const { job, name } = card.dataset;
    const from = card.dataset.crew
      ? { on: day(), crew: card.dataset.crew, half: card.dataset.half, position: Number(card.dataset.position) }
      : null;
    if (!movable(card)) return;
    const where = named(target.crew, target.half);
    let reason = target.adjustment_reason || (undo && published() ? say('undo_reason') : null);
    if (published() && !reason) {
      reason = await reasonFor(say('moved', { name, on: target.on, ...where, n: target.position || '' }));
      if (!reason) {
        announce(say('back', { name }));
        return;
      }
    }
    const body = { on: target.on, half: target.half, crew: target.crew };
    if (target.position) body.position = target.position;
    if (reason) body.adjustment_reason = reason;
    if (target.force_reason) body.force_reason = target.force_reason;
    const outcome = await ask(card, 'slot', body);
    if (outcome.kind === 'ok') {
      const done = say('moved', { name, on: target.on === day() ? '' : target.on, ...where, n: target.position || '' });
      toast(
        done,
        !undo &&
          from &&
          (() => {
            const card = $(`job-${job}`);
            if (card) place(card, from, true);
          }),
      );
      focusLater = job;
    } else tell(outcome, card, target);
  }
  let focusLater = null;

  /* The card stays where it was until the stream moves it; meanwhile it is faded and left alone by updates. */
  function hold(card, held) {
    card.classList.toggle('held', held);
    card.toggleAttribute('hx-morph-skip', held);
  }

  async function ask(card, path, body) {
    const { job, rev } = card.dataset;
    hold(card, true);
    const outcome = await post(`/api/jobs/${encodeURIComponent(job)}/${path}`, {
      ...body,
      expected_version: Number(rev) || null,
    });
    hold(card, false);
    const elsewhere = [...document.querySelectorAll(`[data-job="${CSS.escape(job)}"]`)].some(
      (one) => one !== card && one.matches('li > .card'),
    );
    if (elsewhere) (card.closest('li') ?? card).remove(); // the stream had moved it before the answer came
    return outcome;
  }
  /* what is needed now and then lies in plan.js */
  const need = (what, detail) => Page.load($('plan-tools').dataset.script).then(() => window.Plan[what](detail));
  const conflict = (card, target, said) => need('conflict', { card, target, said });

  /* pointer: mouse and pen at once, touch after a hold */
  let drag = null;
  on('pointerdown', (event) => {
    const card = event.target.closest('.card[data-job]');
    if (!card || event.button !== 0 || event.target.closest('button, a')) return;
    const start = { card, x: event.clientX, y: event.clientY, pointer: event.pointerId, up: false };
    drag = start;
    if (event.pointerType === 'touch')
      start.timer = setTimeout(() => {
        if (drag === start) lift(event.clientX, event.clientY);
      }, 350);
  });
  on('pointermove', (event) => {
    if (!drag || event.pointerId !== drag.pointer) return;
    const far = Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > 6;
    if (!drag.up && drag.timer && far) {
      cancel();
      return;
    } // a touch that scrolls
    if (!drag.up && far) lift(event.clientX, event.clientY);
    if (drag?.up) follow(event.clientX, event.clientY);
  });
  on(
    'touchmove',
    (event) => {
      if (drag?.up) event.preventDefault();
    },
    document,
    { passive: false },
  );
  on('dragstart', (event) => {
    if (event.target.closest?.('.card')) event.preventDefault();
  });
  on('pointerup', (event) => {
    if (!drag || event.pointerId !== drag.pointer) return;
    const { card, up, cell, back } = drag;
    cancel();
    if (!up) return;
    if (cell && cell !== card.closest('.cell'))
      place(card, { on: day(), crew: cell.dataset.crew, half: cell.dataset.half });
    else if (back && card.dataset.crew) unplace(card);
  });
  on('pointercancel', cancel);

  function lift(x, y) {
    const { card } = drag;
    if (!movable(card)) {
      cancel();
      return;
    }
    drag.up = true;
    drag.ghost = card.cloneNode(true);
    drag.ghost.id = '';
    drag.ghost.ariaHidden = 'true';
    drag.ghost.classList.add('follow');
    document.body.append(drag.ghost);
    document.body.classList.add('dragging');
    hold(card, true);
    getSelection()?.removeAllRanges();
    follow(x, y);
  }
  function follow(x, y) {
    drag.ghost.style.translate = `${x - 60}px ${y - 20}px`;
    const under = document.elementFromPoint(x, y);
    over(under?.closest('.cell') || null);
    drag.back = Boolean(under?.closest('#back'));
    const edge = board.getBoundingClientRect();
    if (x > edge.right - 40) board.scrollLeft += 14;
    if (x < edge.left + 40 && x > edge.left) board.scrollLeft -= 14;
    if (y > innerHeight - 40) scrollBy(0, 14);
    if (y < 40) scrollBy(0, -14);
  }
  function over(cell) {
    if (drag.cell === cell) return;
    clearHints();
    drag.cell = cell;
    if (!cell || cell === drag.card.closest('.cell')) return;
    const found = fit(drag.card, cell);
    cell.classList.add(found.ok ? 'over' : 'no');
    const hint = make('li', { className: 'hint' });
    hint.innerHTML =
      '<article class="card ghost" aria-hidden="true">' +
      '<div class="l1"><span class="seq"></span><b></b></div><div class="l2"></div></article>';
    hint.firstChild.dataset.type = drag.card.dataset.type;
    hint.querySelector('.seq').textContent = next(cell);
    hint.querySelector('b').textContent = drag.card.dataset.name;
    hint.querySelector('.l2').textContent = found.kind ? say('ghost', found) : verdict(found);
    cell.querySelector('.stops').append(hint);
    announce(
      say('over', { crew: cell.dataset.crewName, half: cell.dataset.halfName, n: next(cell), fits: verdict(found) }),
    );
  }
  function clearHints() {
    document.querySelectorAll('.hint').forEach((hint) => hint.remove());
    document.querySelectorAll('.cell.over, .cell.no').forEach((cell) => cell.classList.remove('over', 'no'));
  }
  function cancel() {
    if (!drag) return;
    clearTimeout(drag.timer);
    clearHints();
    drag.ghost?.remove();
    if (drag.up) hold(drag.card, false);
    document.body.classList.remove('dragging');
    drag = null;
  }

  /* keys */
  function roving() {
    const all = cards();
    const current = all.includes(document.activeElement)
      ? document.activeElement
      : all.find((card) => card.tabIndex === 0) || all[0];
    all.forEach((card) => {
      card.tabIndex = card === current ? 0 : -1;
    });
  }
  function walk(card, key) {
    const here = card.getBoundingClientRect();
    const [right, down] = { ArrowDown: [0, 1], ArrowUp: [0, -1], ArrowRight: [1, 0], ArrowLeft: [-1, 0] }[key];
    let best = [Infinity];
    for (const other of cards()) {
      const box = other.getBoundingClientRect();
      const [x, y] = [box.left - here.left, box.top - here.top];
      const along = x * right + y * down;
      const cost = along + 2 * Math.abs(x * down + y * right);
      if (along > 4 && cost < best[0]) best = [cost, other];
    }
    if (best[1]) {
      card.tabIndex = -1;
      best[1].tabIndex = 0;
      best[1].focus();
    }
  }
  let carry = null;
  function pick(card) {
    if (!movable(card)) return;
    carry = { card, index: Math.max(0, cells().indexOf(card.closest('.cell'))) };
    drag = { card, up: true, cell: null, pointer: null };
    hold(card, true);
    announce(say('held', { name: card.dataset.name }));
  }
  function steer(key) {
    const all = cells();
    // two cells a lane, morning above afternoon
    const step = { ArrowDown: 1, ArrowUp: -1, ArrowRight: 2, ArrowLeft: -2 }[key];
    carry.index = (carry.index + step + all.length) % all.length;
    over(all[carry.index]);
    all[carry.index].scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }
  function put(drop) {
    const { card } = carry;
    const cell = drag?.cell;
    carry = null;
    cancel();
    card.focus();
    if (drop && cell && cell !== card.closest('.cell'))
      place(card, { on: day(), crew: cell.dataset.crew, half: cell.dataset.half });
    else announce(say('back', { name: card.dataset.name }));
  }
  on('keydown', (event) => {
    if (event.key === 'Escape' && carry) {
      put(false);
      return;
    }
    if (event.key === 'Escape' && drag) {
      cancel();
      return;
    }
    if (document.querySelector('dialog[open]')) return;
    if (event.ctrlKey && 'zy'.includes(event.key) && !event.target.matches('input, textarea')) {
      event.preventDefault();
      need(event.key === 'z' ? 'undo' : 'redo');
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches('input, select, textarea')) {
      if (event.key === 'Escape') event.target.blur();
      return;
    }
    const card = event.target.closest?.('[data-job]');
    const arrow = event.key.startsWith('Arrow');
    if (carry && (arrow || event.key === ' ')) {
      event.preventDefault();
      if (arrow) steer(event.key);
      else put(true);
    } else if (event.key === '/') {
      event.preventDefault();
      $('find').focus();
    } else if (event.key === '?') dialog('keys');
    else if (event.key === '[') $('prev').click();
    else if (event.key === ']') $('next').click();
    else if (card && event.target === card) {
      if (arrow) {
        event.preventDefault();
        walk(card, event.key);
      } else if (event.key === ' ') {
        event.preventDefault();
        pick(card);
      } else if (event.key === 'm' || event.key === 'M') {
        event.preventDefault();
        openMove(card);
      } else if (event.key === 'Enter') details(card);
    }
  });

  /* dialogs */
  const details = (card) => need('details', card);
  const unplace = (card) => {
    if (movable(card)) need('unplace', card);
  };
  const openMove = (card) => {
    if (movable(card)) need('move', card);
  };

  on('click', (event) => {
    const button = event.target.closest('[data-act]');
    const act = button?.dataset.act;
    if (act === 'move') openMove(button.closest('[data-job]'));
    if (act === 'unplace') {
      const { card } = $('move');
      $('move').close();
      unplace(card);
    }
    if (act === 'publish' || act === 'publish-anyway') need('publish', button);
    const tool = event.target.closest('[data-plan]');
    if (tool) need(tool.dataset.plan, tool.dataset);
    if (act === 'clear') {
      event.preventDefault();
      $('find').value = '';
      if ($('district')) $('district').value = '';
      filter();
    }
  });

  function filter() {
    Page.find(document.querySelectorAll('li > .card[data-job], tr[data-job]'));
    roving();
  }
  on(
    'submit',
    (event) => {
      event.preventDefault();
      cards()[0]?.focus();
    },
    $('find').form,
  );
  on('input', filter, $('find'));
  if ($('district')) on('change', filter, $('district'));
  on(
    'change',
    () => {
      const here = new URL(location.href);
      if (day()) {
        here.searchParams.set('date', day());
        location.assign(here);
      }
    },
    $('pick'),
  );

  /* after each update from the stream: what is new glows once, filter and focus stay */
  const seen = new Map();
  const mark = (glow) =>
    document.querySelectorAll('.card[data-job]:not(.follow)').forEach((card) => {
      const { rev, crew, half, status } = card.dataset;
      const now = [rev, crew || '', half || '', status || ''].join('|');
      if (glow && seen.get(card.dataset.job) !== now) {
        card.classList.add('fresh');
        on('animationend', () => card.classList.remove('fresh'), card, { once: true });
      }
      seen.set(card.dataset.job, now);
    });
  on(
    'htmx:sse:after:message',
    () => {
      if ($('none')) $('none').hidden = Boolean(document.querySelector('.lane .card'));
      mark(true);
      filter();
      if (focusLater && $(`job-${focusLater}`)) {
        const card = $(`job-${focusLater}`);
        focusLater = null;
        if (document.activeElement === document.body) card.focus({ preventScroll: true });
      }
    },
    $('stream') || document.createElement('i'),
  );
  on('page:offline', () => {
    cancel();
    document.querySelector('.plan')?.classList.add('readonly');
  });
  on('page:online', () => document.querySelector('.plan')?.classList.remove('readonly'));

  window.Board = {
    $,
    on,
    say,
    zh,
    day,
    published,
    named,
    make,
    toast,
    dialog,
    cells,
    fit,
    ask,
    place,
    openMove,
    post,
    tell,
    reasonFor,
  };
  const asked = new URL(location.href).searchParams;
  $('find').value = asked.get('find') || '';
  if ($('district')) $('district').value = asked.get('district') || '';
  mark(false);
  filter();
})();
