/* Planning tools, loaded when one is first needed: clashes and the ways out, changes taken back and done again, a crew
   that is absent, a proposed plan, the move dialog, publishing. Everything is looked at before it is done; the server
   decides. */
'use strict';
(() => {
  const { $, on, say, zh, day, published, named, make, toast, dialog, cells, fit, ask, place, post, tell, reasonFor } =
    window.Board;
  const { depot } = $('plan-tools').dataset;
  const path = (rest) => `/api/days/${day()}/${rest}${depot ? `?depot=${depot}` : ''}`;
  const words = (text) => (zh ? text.zh : text.en);
  const km = (metres) => (metres / 1000).toFixed(1);
  const clock = (iso) => Page.clock(new Date(iso));
  const where = (spot) => {
    const { crew, half } = named(spot.crew, spot.half);
    return `${crew} ${half} ${spot.position ?? ''}`.trim();
  };
  const nameOf = (move) =>
    document.getElementById(`job-${move.job_id}`)?.dataset.name || move.contract_no || move.job_id;
  const get = async (rest) => {
    try {
      const answer = await fetch(path(rest), { headers: { Accept: 'application/json' } });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  };
  const reason = async (what) => (published() ? reasonFor(what) : '');

  /* ---- clashes: all of them, and what else would work ---- */
  async function conflict({ card, target, said }) {
    const box = dialog('conflict');
    const list = box.querySelector('[data-clashes]');
    const show = (clashes) =>
      list.replaceChildren(
        ...clashes.map((one) => {
          const row = make('div', { className: `clash ${one.soft ? 'warn' : 'late'}` });
          row.append(
            make('b', { textContent: one.rule || '—' }),
            make('span', { textContent: words(one) }),
            make('span', { className: 'muted mono', textContent: one.name }),
          );
          return row;
        }),
      );
    const facts = said.facts || {};
    show([{ rule: said.rule, zh: said.zh || said.code, en: said.en || said.code, name: said.code || '' }]);
    box.querySelector('[data-who]').textContent = card ? `${card.dataset.name} · ${card.dataset.district}` : '';
    const [fits, other, force] = ['fits', 'other', 'force'].map((act) => box.querySelector(`[data-way=${act}]`));
    const options = box.querySelector('[data-next]');
    options.replaceChildren();
    const near = facts.fits_crew && {
      on: target?.on,
      crew: facts.fits_crew,
      half: facts.fits_half,
      position: facts.fits_position,
    };
    const go = (spot, more = {}) => {
      box.close();
      place(card, { ...target, ...spot, ...more });
    };
    fits.hidden = !(card && near);
    fits.textContent = near ? where(near) : '';
    fits.onclick = () => go(near);
    other.hidden = !card;
    other.onclick = () => {
      box.close();
      window.Board.openMove(card);
    };
    force.hidden = true;
    box.onclose = () => card?.focus();
    if (!card || !target) return;
    if (said.code === 'slot_clash' || said.code === 'force_needs_supervisor') {
      const { on: _, adjustment_reason: __, ...to } = target;
      const looked =
        target.on === day() ? await post(path('check'), { moves: [{ job_id: card.dataset.job, to }] }) : null;
      if (looked?.kind === 'ok') {
        show(looked.said.clashes);
        force.hidden = !looked.said.forcible;
        force.disabled = !box.dataset.forces;
        force.title = box.dataset.forces ? '' : say('force_who');
        force.onclick = async () => {
          box.close();
          const why = await reasonFor(say('force', { name: card.dataset.name }));
          if (why) place(card, { ...target, force_reason: why });
        };
      }
    }
    try {
      const found = await (
        await fetch(`/api/jobs/${encodeURIComponent(card.dataset.job)}/places?start=${target.on}&days=14&limit=3`)
      ).json();
      options.append(
        ...(found.places || [])
          .filter((one) => one.on !== target.on)
          .map((one) => {
            const text = say(one.rebook ? 'next_rebook' : 'next', { on: one.on, where: where(one) });
            if (one.rebook)
              return make('a', {
                className: 'btn',
                textContent: text,
                href: `/booking?find=${encodeURIComponent(card.dataset.contract)}`,
              }); // the customer agrees first (B1)
            const button = make('button', { type: 'button', className: 'btn', textContent: text });
            on('click', () => go({ on: one.on, crew: one.crew, half: one.half, position: one.position }), button);
            return button;
          }),
      );
    } catch {
      /* the nearest place of the day is offered all the same */
    }
  }

  /* ---- what was changed; anybody may take it back, also on another day ---- */
  const mine = () => document.body.dataset.person;
  const FEW = 3; // moves that are told one by one
  const described = (change) => {
    const told = change.moves
      .slice(0, FEW)
      .map(
        (move) =>
          `${nameOf(move)} ${[move.before, move.after].map((at) => (at ? where(at) : say('backlog'))).join(' → ')}`,
      )
      .join('；');
    return change.moves.length > FEW ? say('and_more', { told, n: change.moves.length }) : told;
  };
  async function turn(change, way) {
    const why = await reason(say(way === 'undo' ? 'undo_what' : 'redo_what', { what: described(change) }));
    if (why === null) return;
    const outcome = await post(path(way), { change_id: change.change_id, ...(why ? { reason: why } : {}) });
    if (outcome.kind === 'ok') toast(say(way === 'undo' ? 'undone' : 'redone', { what: described(change) }));
    else tell(outcome);
  }
  async function undo() {
    const found = (await get('changes'))?.rows.find(
      (one) => one.state === 'standing' && one.by === mine() && one.kind !== 'undo',
    );
    if (found) turn(found, 'undo');
    else toast(say('undo_none'));
  }
  async function redo() {
    const found = (await get('changes'))?.rows.find((one) => one.state === 'undone' && one.by === mine());
    if (found) turn(found, 'redo');
    else toast(say('redo_none'));
  }
  async function history() {
    const box = dialog('plan-box');
    const rows = (await get('changes'))?.rows ?? [];
    fill(
      box,
      say('history'),
      rows.map((change) => {
        const row = make('li', { className: 'check' });
        const text = make('div');
        text.append(
          make('b', { textContent: described(change) }),
          make('br'),
          make('span', {
            className: 'small muted',
            textContent: [
              clock(change.at),
              change.by,
              say(`kind_${change.kind}`),
              change.reason,
              say(`state_${change.state}`),
            ]
              .filter(Boolean)
              .join(' · '),
          }),
        );
        row.append(text);
        if (change.state !== 'reverted' && box.dataset.writes) {
          const way = change.state === 'undone' ? 'redo' : 'undo';
          const button = make('button', {
            type: 'button',
            className: 'btn',
            textContent: say(way === 'undo' ? 'undo' : 'redo'),
          });
          on(
            'click',
            () => {
              box.close();
              turn(change, way);
            },
            button,
          );
          row.append(button);
        }
        return row;
      }),
      say('history_none'),
    );
  }

  /* ---- choosing among proposed moves ---- */
  function fill(box, title, rows, empty, foot = null, note = '') {
    box.querySelector('h2').textContent = title;
    box.querySelector('[data-note]').textContent = note;
    box
      .querySelector('[data-rows]')
      .replaceChildren(...(rows.length ? rows : [make('li', { className: 'empty', textContent: empty })]));
    const go = box.querySelector('[data-go]');
    go.hidden = !foot;
    if (foot) {
      go.textContent = foot.text;
      go.onclick = foot.run;
    }
  }
  function choices(moves, text) {
    return moves.map((move, index) => {
      const row = make('li', { className: 'check' });
      const label = make('label', { className: 'row' });
      label.append(
        make('input', { type: 'checkbox', checked: true, value: String(index) }),
        make('span', { textContent: text(move) }),
      );
      row.append(label);
      return row;
    });
  }
  const left = (list) =>
    list.map((one) => {
      const row = make('li', { className: 'check muted' });
      row.append(
        make('span', {
          textContent: say('left', {
            name: nameOf(one),
            why: one.clashes ? one.clashes.map(words).join('；') : words(one),
          }),
        }),
      );
      return row;
    });
  const chosen = (box, moves) =>
    [...box.querySelectorAll('[data-rows] input:checked')].map((input) => moves[Number(input.value)]);
  /* What others did meanwhile the server holds against it, as a clash. */
  async function accept(box, kind, moves) {
    const taken = chosen(box, moves);
    box.close();
    if (!taken.length) return;
    const why = await reason(say(`kind_${kind}`));
    if (why === null) return;
    const outcome = await post(path('changes'), {
      kind,
      moves: taken.map(({ job_id: job, to }) => ({
        job_id: job,
        to: { crew: to.crew, half: to.half, position: to.position, window: to.window, spread: to.spread ?? false },
      })),
      ...(why ? { reason: why } : {}),
    });
    if (outcome.kind === 'ok') toast(say('accepted', { n: taken.length }));
    else tell(outcome);
  }

  /* ---- a crew is not there ---- */
  async function absent({ crew, crewName }) {
    const box = dialog('absence');
    box.querySelector('h2').textContent = say('absent', { crew: crewName });
    const form = box.querySelector('form');
    form.reset();
    box.returnValue = '';
    box.onclose = async () => {
      if (box.returnValue !== 'go') return;
      const half = form.elements.half.value || null;
      const marked = await post(path('absences'), { crew, half, reason: form.elements.reason.value.trim() });
      if (marked.kind !== 'ok') {
        tell(marked);
        return;
      }
      redistribution({ crew, crewName });
    };
  }
  async function redistribution({ crew, crewName }) {
    const found = await get(`absences/${encodeURIComponent(crew)}/redistribution`);
    if (!found) {
      toast(say('failed', { id: 'redistribution' }));
      return;
    }
    const box = dialog('plan-box');
    fill(
      box,
      say('redistribute', { crew: crewName }),
      [
        ...choices(found.moves, (move) =>
          say('moves', { name: nameOf(move), from: where(move.before), to: where(move.to), km: km(move.added_m) }),
        ),
        ...left(found.left),
      ],
      say('redistribute_none'),
      found.moves.length ? { text: say('redistribute_go'), run: () => accept(box, 'absence', found.moves) } : null,
      say('redistribute_note', { km: km(found.added_m) }),
    );
  }
  async function present({ crew, crewName }) {
    const outcome = await post(path(`absences/${encodeURIComponent(crew)}/end`), {});
    if (outcome.kind === 'ok') toast(say('present', { crew: crewName }));
    else tell(outcome);
  }

  /* ---- a plan for the day, proposed ---- */
  async function proposal() {
    toast(say('proposing'));
    const outcome = await post(path('proposal'), {});
    if (outcome.kind !== 'ok') {
      tell(outcome);
      return;
    }
    const found = outcome.said;
    const box = dialog('plan-box');
    fill(
      box,
      say('proposal'),
      [
        ...choices(found.moves, (move) =>
          say('proposed', { name: nameOf(move), district: move.district, to: where(move.to) }),
        ),
        ...left(found.left),
      ],
      say('proposal_none'),
      found.moves.length ? { text: say('proposal_go'), run: () => accept(box, 'proposal', found.moves) } : null,
      found.first_come_metres
        ? say('proposal_note', {
            km: km(found.metres),
            first: km(found.first_come_metres),
            less: Math.round(100 * (1 - found.metres / found.first_come_metres)),
          })
        : '',
    );
  }

  /* ---- one card, whole ---- */
  function details(card) {
    const box = dialog('details');
    const head = box.querySelector('h2');
    head.textContent = Page.fill(head.dataset.words, { name: card.dataset.name });
    box.querySelector('[data-contract]').textContent = card.dataset.contract;
    box.querySelector('[data-job]').textContent = card.dataset.job;
    box.querySelector('[data-text]').textContent = card.getAttribute('aria-label') || '';
    box.querySelector('[data-receipt]').href = `/forms/receipt/${card.dataset.job}`;
  }

  /* ---- publishing the day; what is open about it is said first ---- */
  async function publish({ dataset: { act, open } }) {
    if (act === 'publish' && open) {
      const list = dialog('open-points').querySelector('[data-list]');
      list.replaceChildren(
        ...open.split('\n').map((text) => make('li', { className: 'banner warn', textContent: text })),
      );
      return;
    }
    $('open-points').close();
    const outcome = await post(path('publish'), {});
    if (outcome.kind === 'ok') toast(say('published'));
    else tell(outcome);
  }

  /* ---- to another day, crew or place, by choosing ---- */
  const form = $('move-form');
  function move(card) {
    const box = dialog('move');
    box.card = card;
    const head = box.querySelector('h2');
    head.textContent = Page.fill(head.dataset.words, { name: `${card.dataset.name} · ${card.dataset.district}` });
    const { crew, half, reason, on: date } = form.elements;
    date.value = day();
    const fitting = [...crew.options].find((option) => option.dataset.kind === card.dataset.kind);
    crew.value = card.dataset.crew || fitting?.value || crew.value;
    half.value = card.dataset.half || 'am';
    reason.value = '';
    box.querySelector('[data-act=unplace]').hidden = !card.dataset.crew;
    preview();
    box.returnValue = '';
    date.focus();
  }
  function preview() {
    const box = $('move');
    const { crew, half, position, reason, on: date } = form.elements;
    const result = box.querySelector('[data-result]');
    const cell =
      date.value === day()
        ? cells().find((one) => one.dataset.crew === crew.value && one.dataset.half === half.value)
        : null;
    const free = [];
    for (let place = 1; cell && place <= Number(cell.dataset.stopsMax); place += 1) {
      const taken = cell.querySelector(`[data-position="${place}"]`);
      if (!taken || taken === box.card) free.push(place);
    }
    const before = position.value;
    position.replaceChildren(new Option('—', ''), ...free.map((place) => new Option(String(place), String(place))));
    position.value = free.map(String).includes(before) ? before : '';
    const asked = published() && date.value === day();
    box.querySelector('[data-reason]').hidden = !asked;
    reason.required = asked;
    const found = cell && fit(box.card, cell);
    result.className = `banner ${!found ? 'warn' : found.ok ? 'ok' : 'late'}`;
    result.textContent = !found
      ? result.dataset.other
      : !found.kind
        ? result.dataset.kind
        : Page.fill(found.ok ? result.dataset.fits : result.dataset.over, found);
  }
  on('input', preview, form);
  on(
    'close',
    () => {
      const box = $('move');
      if (box.returnValue !== 'go') {
        box.card?.focus();
        return;
      }
      const { crew, half, position, reason, on: date } = form.elements;
      place(box.card, {
        on: date.value,
        crew: crew.value,
        half: half.value,
        position: Number(position.value) || null,
        adjustment_reason: reason.value.trim() || null,
      });
    },
    $('move'),
  );

  /* ---- back to the backlog ---- */
  async function unplace(card) {
    const { name } = card.dataset;
    const reason = published() ? await reasonFor(say('unplaced', { name })) : say('unplace_reason');
    if (!reason) return;
    const outcome = await ask(card, 'slot/release', { reason });
    if (outcome.kind === 'ok') toast(say('unplaced', { name }));
    else tell(outcome, card);
  }

  window.Plan = {
    conflict,
    details,
    move,
    unplace,
    publish,
    undo,
    redo,
    history,
    absent,
    redistribution,
    present,
    proposal,
  };
})();
