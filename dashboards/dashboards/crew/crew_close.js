/* The crew's phone, the end of the day: tomorrow's calls, cash, close, report. Only with a connection. */
'use strict';
(() => {
  const { phone, me, say, clock, day, money, unique, pending, said, sync } = window.Crew;
  const { zh, h, button, link, badge, panel, item, stops, open, header, askCall, notices } = window.Crew.parts;

  const desk = JSON.parse(document.getElementById('receivers').textContent);
  /* The read models are a moment behind what was just taken. */
  const settled = async () => {
    await sync();
    Crew.show();
    for (const ms of [400, 1200, 3000]) setTimeout(sync, ms);
  };
  const nameOf = (id) => desk.receivers.find((one) => one.id === id)?.name ?? id;
  async function closeView() {
    const run = phone.route?.run;
    const body = [...notices()];
    const tasks = (phone.route?.calls ?? []).filter((one) => one.purpose === 'half_day' && me.role === 'crew_leader');
    if (tasks.length)
      body.push(
        panel(
          say('crew.evening', { n: tasks.length }),
          '',
          h(
            'ol',
            {},
            tasks.map((one) => {
              const done = said(one.job_id, 'half');
              const stop = { job_id: one.job_id, customer: one.customer, window: one.window };
              return item(
                `${one.customer.name} · ${say(`crew.half.${one.half}`)}`,
                done ? say('crew.waits') : say('crew.evening.due', { at: clock(one.due) }),
                done
                  ? badge(say('crew.told'), 'ok')
                  : h(
                      'a',
                      {
                        className: 'btn',
                        href: `tel:${one.customer.phone}`,
                        on: { click: () => setTimeout(() => askCall(stop, 'half-day-call', 'half'), 300) },
                      },
                      say('crew.dial'),
                    ),
              );
            }),
          ),
        ),
      );
    if (!run)
      return [
        header(say('crew.close_title', { on: phone.route?.on ?? day() }), me.name),
        [...body, h('p', { className: 'empty' }, say('crew.no_run'))],
        [link(say('crew.to_route'), '#', 'go big')],
      ];
    const collected = run.collected ?? [];
    const handed = (run.handed_in ?? []).reduce((sum, one) => sum + one.amount_fen, 0);
    const total = collected.reduce((sum, one) => sum + one.amount_fen, 0);
    if (run.collected !== null)
      body.push(
        panel(
          say('crew.money'),
          badge(
            run.on_vehicle_fen ? say('crew.cash.left', { amount: money(run.on_vehicle_fen) }) : say('crew.cash.even'),
            run.on_vehicle_fen ? 'warn' : 'ok',
          ),
          h(
            'dl',
            { className: 'facts' },
            collected.flatMap((one) => [
              h('dt', {}, stops().find((stop) => stop.job_id === one.job_id)?.customer.name ?? one.job_id),
              h('dd', { className: 'num' }, money(one.amount_fen)),
            ]),
            h('dt', {}, say('crew.to_hand_in')),
            h('dd', { className: 'num' }, money(total)),
            h('dt', {}, say('crew.handed_in')),
            h('dd', { className: 'num' }, money(handed)),
          ),
        ),
      );
    const answer = h('p', { className: 'banner late', hidden: true, role: 'alert' });
    const post = (path, make) => async () => {
      answer.hidden = true;
      if (pending().length || !phone.online) {
        answer.textContent = say('crew.close.outbox');
        answer.hidden = false;
        return;
      }
      const reply = await fetch(`/api/runs/${phone.route.on}/${encodeURIComponent(phone.route.crew)}/${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Idempotency-Key': unique() },
        body: JSON.stringify(make()),
      }).catch(() => null);
      if (reply?.ok) {
        const told = await reply.json().catch(() => ({}));
        if (told.status === 'unsigned') {
          answer.textContent = say('crew.second.waits', { by: nameOf(told.body.second) });
          answer.hidden = false;
        } else await settled();
        return;
      }
      const no = reply ? await reply.json().catch(() => ({})) : {};
      answer.textContent = reply ? (zh ? no.zh : no.en) || `HTTP ${reply.status}` : say('crew.no_signal');
      answer.hidden = false;
    };
    const amount = h('input', { inputMode: 'decimal', value: String((run.on_vehicle_fen ?? 0) / 100) });
    const receipt = h('input', { maxLength: 40, autocomplete: 'off' });
    const choose = (people) =>
      h(
        'select',
        {},
        people.map(({ id, name }) => h('option', { value: id }, name)),
      );
    const receiver = choose(desk.receivers);
    const pin = h('input', { type: 'password', inputMode: 'numeric', maxLength: 12, autocomplete: 'off' });
    const cashIn = () => {
      const entered = pin.value; // it is sent once, and kept nowhere
      pin.value = '';
      return {
        amount_fen: Math.round(Number(amount.value) * 100),
        receipt_no: receipt.value.trim(),
        second: { person: receiver.value, ...(entered ? { pin: entered } : {}) },
      };
    };
    const field = (text, input) => h('label', { className: 'field' }, h('span', {}, text), input);
    if (run.on_vehicle_fen)
      body.push(
        panel(
          say('crew.hand_in'),
          '',
          h(
            'div',
            { className: 'stack' },
            field(say('crew.hand_in.amount'), amount),
            field(say('crew.hand_in.by'), receiver),
            field(say('crew.hand_in.receipt'), receipt),
            field(say('crew.second.pin'), pin),
            h('p', { className: 'small muted' }, say('crew.second.hint')),
            button(say('crew.hand_in.go'), post('cash-in', cashIn), 'big'),
          ),
        ),
      );
    const explain = h('textarea', { rows: 2, maxLength: 300 });
    const parking = h('input', { maxLength: 80 });
    const km = h('input', { inputMode: 'numeric' });
    const note = h('input', { maxLength: 200 });
    const checks = ['lights', 'brakes', 'tyres', 'fluids', 'clean', 'tools'].map((name) =>
      h(
        'label',
        { className: 'check tick' },
        h('input', { type: 'checkbox', name }),
        h('span', {}, say(`crew.vehicle.${name}`)),
      ),
    );
    const vehicle = () =>
      Object.fromEntries([
        ...checks.map((one) => [one.firstChild.name, one.firstChild.checked]),
        ['odometer_km', Number(km.value) || null],
        ['note', note.value.trim()],
      ]);
    if (!run.closed)
      body.push(
        panel(
          say('crew.close_day'),
          '',
          h('label', { className: 'field' }, h('span', {}, say('crew.explain')), explain),
          button(
            say('crew.close_go'),
            post('close', () => (explain.value.trim() ? { explanation: explain.value.trim() } : {})),
            'big',
          ),
        ),
      );
    else body.push(h('p', { className: 'banner ok' }, say('crew.closed', { at: clock(run.closed.at) })));
    if (!run.report)
      body.push(
        panel(
          say('crew.report'),
          '',
          ...checks,
          h('label', { className: 'field' }, h('span', {}, say('crew.vehicle.km')), km),
          h('label', { className: 'field' }, h('span', {}, say('crew.parking')), parking),
          h('label', { className: 'field' }, h('span', {}, say('crew.note')), note),
          button(
            say('crew.report_go'),
            post('report', () => ({
              vehicle_check: vehicle(),
              parking: parking.value.trim(),
              note: note.value.trim(),
            })),
            'big',
          ),
        ),
      );
    else body.push(h('p', { className: 'banner ok' }, say('crew.reported')));
    const met = { stops: !open().length, cash: Boolean(run.closed), report: Boolean(run.report), calls: !tasks.length };
    const here = Object.keys(met).find((step) => !met[step]);
    const trail = h(
      'ol',
      { className: 'steps', aria: { label: say('crew.steps') } },
      Object.keys(met).map((step) =>
        h(
          'li',
          {
            className: met[step] ? 'met' : step === here ? 'here' : '',
            ...(step === here ? { ariaCurrent: 'step' } : {}),
          },
          `${met[step] ? '✓ ' : ''}${say(`crew.close.${step}`)}`,
        ),
      ),
    );
    return [
      header(say('crew.close_title', { on: phone.route.on }), say('crew.close_sub')),
      [trail, ...body],
      [answer, link(say('crew.to_route'), '#', 'go big')],
    ];
  }

  Object.assign(window.Crew, { closeView });
})();
