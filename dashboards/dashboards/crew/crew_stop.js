/* The crew's phone, one stop: call, arrive, check, collect, sign; or what it takes when it cannot be delivered. */
'use strict';
(() => {
  const { phone, me, say, keep, span, money, said } = window.Crew;
  const {
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
    stepsOf,
    stops,
    open,
    cashNow,
    card,
    header,
    purse,
    dial,
    askCall,
    askWhy,
    askTrouble,
    photoRow,
    photoOf,
    padOf,
    announce,
  } = window.Crew.parts;

  /* ---- one stop: call, arrive, check, collect, sign ---- */
  async function stopView(job) {
    const stop = stops().find((one) => one.job_id === job);
    if (!stop) {
      location.hash = '';
      return routeView();
    }
    const step = stepsOf(stop);
    const made = await draft(job);
    const sub = `${stop.customer.address} · ${span(stop.window)}`;
    const head = header(say('crew.stop', { n: stop.nth, name: stop.customer.name }), sub);
    const delivery = stop.kind === 'delivery';
    const at = !delivery
      ? 0
      : !step.called
        ? 0
        : !step.arrived
          ? 1
          : made.checked
            ? made.collected || !due(stop)
              ? 4
              : 3
            : 2;
    const names = delivery ? ['call', 'arrive', 'check', 'collect', 'sign'] : ['accept'];
    const trail = h(
      'ol',
      { className: 'steps', aria: { label: say('crew.steps') } },
      names.map((name, index) =>
        h(
          'li',
          {
            className: index < at ? 'met' : index === at ? 'here' : '',
            ...(index === at ? { ariaCurrent: 'step' } : {}),
          },
          `${index < at ? '✓ ' : ''}${say(`crew.step.${name}`)}`,
        ),
      ),
    );
    const back = link(say('crew.back'), '#', 'bare');
    if (step.done) return [head, [card(stop)], [link(say('crew.to_route'), '#', 'go big')]];
    if (!acts(stop)) return [head, [card(stop), h('p', {}, say('crew.leader_only'))], [dial(stop), back]];
    if (!delivery) return acceptView(stop, made, head, back);
    const trouble = button(say('crew.trouble'), () => askTrouble(stop), 'bare push');
    const left = stop.status !== 'pub' || said(null, 'depart');
    const fail = left ? link(say('crew.cannot'), `#fail/${job}`, 'danger big third') : null;
    if (at === 0)
      return [
        head,
        [trail, card(stop), h('p', {}, say('crew.call.hint'))],
        [
          h('div', { className: 'row' }, fail, dial(stop)),
          h(
            'div',
            { className: 'row small' },
            button(say('crew.call.skip'), () => askCall(stop, 'arrival-call', 'call'), 'bare'),
            trouble,
          ),
          back,
        ],
      ];
    if (at === 1 && !left)
      return [head, [trail, card(stop), h('p', { className: 'banner warn' }, say('crew.not_gone'))], [trouble, back]];
    if (at === 1)
      return [
        head,
        [trail, card(stop)],
        [
          h(
            'div',
            { className: 'row' },
            fail,
            button(say('crew.arrive'), () => arrive(stop), 'go big'),
          ),
          h('div', { className: 'row small' }, back, trouble),
        ],
      ];
    if (at === 2) return checkView(stop, made, head, trail, fail, back);
    if (at === 3) return collectView(stop, made, head, trail, back);
    return signView(stop, made, head, trail, back);
  }
  const due = (stop) => stop.amount_due_fen ?? 0;
  function arrive(stop) {
    const path = `/api/jobs/${encodeURIComponent(stop.job_id)}/arrival`;
    const here = (body) =>
      tell(say('crew.did.arrive', { address: stop.customer.address }), path, body, {
        job: stop.job_id,
        step: 'arrive',
      });
    const first = open().find((one) => one.kind === 'delivery');
    if (!first || first.job_id === stop.job_id) {
      here({});
      return;
    }
    askWhy(say('crew.order_reason', { name: first.customer.name }), (reason) => here({ order_reason: reason }));
  }
  const countOf = (made, line) => made.counts[line.line_no] ?? line.quantity;
  function checkView(stop, made, head, trail, fail, back) {
    const job = stop.job_id;
    const lines = stop.lines.map((line) => {
      const n = countOf(made, line);
      const set = (to) => {
        made.counts[line.line_no] = Math.max(0, Math.min(line.quantity, to));
        keepDraft(job);
        show();
      };
      const short = line.quantity - n;
      return h(
        'li',
        { className: 'check' },
        h(
          'div',
          {},
          h('b', {}, line.name),
          h('br'),
          h('span', { className: 'small muted' }, `${line.spec} · ${say('crew.expected', { n: line.quantity })}`),
          short
            ? h(
                'div',
                { className: 'stack' },
                badge(say('crew.short', { n: short }), 'late'),
                h('input', {
                  value: made.why[line.line_no] ?? '',
                  placeholder: say('crew.short.why'),
                  maxLength: 200,
                  aria: { label: say('crew.short.why') },
                  on: {
                    input: (event) => {
                      made.why[line.line_no] = event.target.value;
                      keepDraft(job);
                    },
                  },
                }),
                h(
                  'label',
                  { className: 'row' },
                  h('input', {
                    type: 'checkbox',
                    checked: made.damaged[line.line_no] ?? false,
                    on: {
                      change: (event) => {
                        made.damaged[line.line_no] = event.target.checked;
                        keepDraft(job);
                      },
                    },
                  }),
                  say('crew.short.damaged'),
                ),
              )
            : null,
        ),
        h(
          'div',
          { className: 'count' },
          button('−', () => set(n - 1)),
          h('b', {}, String(n)),
          button('+', () => set(n + 1)),
        ),
      );
    });
    lines.forEach((line, index) =>
      line
        .querySelectorAll('.count button')
        .forEach((one, plus) =>
          one.setAttribute('aria-label', say(plus ? 'crew.plus' : 'crew.minus', { name: stop.lines[index].name })),
        ),
    );
    const taught = h(
      'label',
      { className: 'check tick' },
      h('input', {
        type: 'checkbox',
        checked: made.taught,
        on: {
          change: (event) => {
            made.taught = event.target.checked;
            keepDraft(job);
            show();
          },
        },
      }),
      h('span', {}, say('crew.taught')),
    );
    const short = stop.lines.filter((line) => countOf(made, line) < line.quantity);
    const onward = () => {
      if (short.some((line) => !(made.why[line.line_no] ?? '').trim())) announce(say('crew.short.needs'));
      else if (short.length && !made.photos.length) announce(say('crew.short.photo'));
      else {
        made.checked = true;
        keepDraft(job);
        show();
      }
    };
    const next = button(
      due(stop) ? say('crew.to_collect', { amount: money(due(stop)) }) : say('crew.to_sign'),
      onward,
      'go big',
    );
    return [
      head,
      [
        trail,
        h('p', { className: 'small muted' }, say('crew.check.hint')),
        h('ol', {}, lines),
        photoRow(stop, made),
        taught,
      ],
      [h('div', { className: 'row' }, fail, next), back],
    ];
  }
  function collectView(stop, made, head, trail, back) {
    const field = h('input', {
      inputMode: 'decimal',
      value: made.cash ?? String(due(stop) / 100),
      aria: { label: say('crew.collected') },
      on: {
        input: (event) => {
          made.cash = event.target.value;
          keepDraft(stop.job_id);
        },
      },
    });
    const done = () => {
      const fen = Math.round(Number(field.value) * 100);
      if (!Number.isFinite(fen) || fen < 0) {
        announce(say('crew.cash.bad'));
        field.focus();
        return;
      }
      if (cashNow() + fen > Number(me.limit)) {
        announce(say('crew.cash.limit', { amount: money(Number(me.limit)) }));
        return;
      }
      made.cash = field.value;
      made.collected = true;
      keepDraft(stop.job_id);
      show();
    };
    return [
      head,
      [
        trail,
        h('dl', { className: 'facts' }, h('dt', {}, say('crew.owed')), h('dd', {}, money(due(stop)))),
        h('label', { className: 'field' }, h('span', {}, say('crew.collected')), field),
      ],
      [
        purse(),
        button(say('crew.to_sign'), done, 'go big'),
        button(
          say('crew.recheck'),
          () => {
            made.checked = false;
            keepDraft(stop.job_id);
            show();
          },
          'bare',
        ),
        back,
      ],
    ];
  }
  function signView(stop, made, head, trail, back) {
    const goods = stop.lines
      .map(
        (line) =>
          `${line.name} ${countOf(made, line)}${countOf(made, line) < line.quantity ? `/${line.quantity}` : ''}`,
      )
      .join('、');
    const fen = due(stop) ? Math.round(Number(made.cash ?? 0) * 100) : 0;
    const instead = made.instead ?? null; // a photo, where the customer cannot sign
    const pad = padOf();
    const signer = h('input', {
      value: made.signer || stop.customer.name,
      maxLength: 40,
      on: {
        change: (event) => {
          made.signer = event.target.value;
          keepDraft(stop.job_id);
        },
      },
    });
    const sign = async () => {
      if (!instead && !pad.used()) {
        announce(say('crew.sign.needs'));
        return;
      }
      const refusals = stop.lines
        .filter((line) => countOf(made, line) < line.quantity)
        .map((line) => ({
          line_no: line.line_no,
          quantity: line.quantity - countOf(made, line),
          damaged: made.damaged[line.line_no] ?? false,
          reason: (made.why[line.line_no] ?? '').trim(),
          photos: [],
        }));
      const body = {
        delivered: stop.lines.map((line) => ({ line_no: line.line_no, quantity: countOf(made, line) })),
        signed_by: [signer.value.trim() || stop.customer.name, instead && `（${made.insteadWhy}）`]
          .filter(Boolean)
          .join(''),
        taught_use: made.taught,
        cash_fen: fen,
      };
      if (refusals.length) body.refused = refusals;
      const files = [
        { field: 'signature_ref', blob: instead ?? (await pad.blob()) },
        ...made.photos.map((blob) => ({ field: 'photos[]', blob })),
      ];
      await tell(
        say('crew.did.sign', { name: stop.customer.name, n: made.photos.length, amount: money(fen) }),
        `/api/jobs/${encodeURIComponent(stop.job_id)}/delivery`,
        body,
        { files, job: stop.job_id, step: 'sign', cash: fen },
      );
      drafts.delete(stop.job_id);
      await keep(`draft:${stop.job_id}`, undefined);
      location.hash = '';
    };
    return [
      head,
      [
        trail,
        h(
          'dl',
          { className: 'facts' },
          h('dt', {}, say('crew.goods')),
          h('dd', {}, goods),
          h('dt', {}, say('crew.money')),
          h('dd', {}, money(fen)),
          h('dt', {}, say('crew.taught')),
          h('dd', {}, say(made.taught ? 'crew.yes' : 'crew.no')),
        ),
        h('p', {}, say('crew.sign.hint')),
        instead
          ? h('p', { className: 'banner' }, say('crew.sign.photographed', { why: made.insteadWhy }))
          : pad.element,
        h(
          'div',
          { className: 'row' },
          button(say('crew.sign.again'), () => {
            delete made.instead;
            keepDraft(stop.job_id);
            pad.clear();
            show();
          }),
          photoOf(
            say('crew.sign.instead'),
            ([photo]) =>
              askWhy(say('crew.sign.instead_why'), (why) => {
                Object.assign(made, { instead: photo, insteadWhy: why });
                keepDraft(stop.job_id);
                show();
              }),
            'push',
          ),
        ),
        h('label', { className: 'field' }, h('span', {}, say('crew.signer')), signer),
      ],
      [
        button(say('crew.signed'), sign, 'go big'),
        h('p', { className: 'small muted center' }, say('crew.sign.note')),
        button(
          say('crew.recheck'),
          () => {
            made.checked = made.collected = false;
            keepDraft(stop.job_id);
            show();
          },
          'bare',
        ),
        back,
      ],
    ];
  }
  function acceptView(stop, made, head, back) {
    const by = h('input', { value: made.signer || stop.customer.name, maxLength: 40 });
    const note = h('textarea', { rows: 3, maxLength: 300, value: made.note ?? '' });
    const done = async () => {
      await tell(
        say('crew.did.install', { name: stop.customer.name }),
        `/api/jobs/${encodeURIComponent(stop.job_id)}/installation`,
        { accepted_by: by.value.trim() || stop.customer.name, note: note.value.trim() },
        { job: stop.job_id, step: 'sign' },
      );
      location.hash = '';
    };
    if (stop.kind === 'visit')
      return [
        head,
        [card(stop), h('p', {}, say('crew.visit.hint'))],
        [dial(stop), link(say('crew.visit.open'), `/visit/${stop.ticket_id}`, 'go big'), back],
      ];
    return [
      head,
      [
        card(stop),
        dial(stop),
        h('label', { className: 'field' }, h('span', {}, say('crew.accepted_by')), by),
        h('label', { className: 'field' }, h('span', {}, say('crew.note')), note),
      ],
      [button(say('crew.installed'), done, 'go big'), back],
    ];
  }

  /* ---- what cannot be delivered (B14): told at once, the office decides what becomes of the goods ---- */
  async function failView(job) {
    const stop = stops().find((one) => one.job_id === job);
    if (!stop) {
      location.hash = '';
      return routeView();
    }
    const made = await draft(job);
    const causes = ['absent', 'refused', 'site', 'access', 'goods', 'other'].map((cause) =>
      h(
        'label',
        { className: 'check tick' },
        h('input', {
          type: 'radio',
          name: 'cause',
          value: cause,
          checked: made.cause === cause,
          on: {
            change: () => {
              made.cause = cause;
              keepDraft(job);
              show();
            },
          },
        }),
        h('span', {}, say(`crew.cause.${cause}`)),
      ),
    );
    const note = h('textarea', {
      rows: 2,
      maxLength: 200,
      value: made.failNote ?? '',
      on: {
        change: (event) => {
          made.failNote = event.target.value;
          keepDraft(job);
        },
      },
    });
    const reached = h(
      'label',
      { className: 'check tick' },
      h('input', {
        type: 'checkbox',
        checked: made.reached ?? false,
        on: {
          change: (event) => {
            made.reached = event.target.checked;
            keepDraft(job);
          },
        },
      }),
      h('span', {}, say('crew.reached')),
    );
    const cause = () =>
      made.cause
        ? [say(`crew.cause.${made.cause}`), note.value.trim()].filter(Boolean).join('：')
        : (stop.undeliverable?.cause ?? '');
    const report = async () => {
      if (!made.cause) {
        announce(say('crew.cause.needs'));
        return;
      }
      await tell(
        say('crew.did.cannot', { name: stop.customer.name, cause: cause() }),
        `/api/jobs/${encodeURIComponent(job)}/undeliverable`,
        { cause: cause(), customer_reached: made.reached ?? false },
        { files: made.photos.map((blob) => ({ field: 'photos[]', blob })), job, step: 'report' },
      );
      made.reported = true;
      keepDraft(job);
      show();
    };
    const { consent } = stop;
    const finish = (goods) => async () => {
      if (goods === 'deposited' && !pad.used()) {
        announce(say('crew.deposit.needs'));
        return;
      }
      const files = [
        ...(goods === 'deposited' ? [{ field: 'signature_ref', blob: await pad.blob() }] : []),
        ...made.photos.map((blob) => ({ field: 'photos[]', blob })),
      ];
      const body = {
        cause: cause(),
        goods,
        customer_reached: made.reached ?? false,
      };
      await tell(
        say('crew.did.fail', { name: stop.customer.name, goods: say(`crew.goods.${goods}`) }),
        `/api/jobs/${encodeURIComponent(job)}/failure`,
        body,
        { files, job, step: 'fail' },
      );
      drafts.delete(job);
      await keep(`draft:${job}`, undefined);
      location.hash = '';
    };
    const asked = made.reported || stop.undeliverable;
    const pad = padOf();
    const body = [card(stop), dial(stop)];
    if (!asked)
      body.push(
        h('fieldset', { className: 'stack' }, h('legend', {}, say('crew.cause')), ...causes),
        h('label', { className: 'field' }, h('span', {}, say('crew.note')), note),
        reached,
        photoRow(stop, made),
      );
    else
      body.push(
        h('p', {}, h('b', {}, stop.undeliverable?.cause ?? cause())),
        h(
          'p',
          { className: `banner ${consent ? 'ok' : 'warn'}` },
          consent
            ? say('crew.consent.given', { goods: say(`crew.goods.${consent.goods}`), by: consent.consent_by })
            : say('crew.consent.waits'),
        ),
      );
    if (asked && consent?.goods === 'deposited')
      body.push(
        h(
          'div',
          {},
          h('p', { className: 'small muted' }, say('crew.deposit.sign')),
          pad.element,
          button(say('crew.sign.again'), pad.clear),
        ),
      );
    const foot = [
      ...(asked ? [] : [button(say('crew.report_cannot'), report, 'go big')]),
      ...(asked && consent ? [button(say(`crew.goods.${consent.goods}`), finish(consent.goods), 'go big')] : []),
    ];
    return [
      header(say('crew.cannot_title', { name: stop.customer.name }), stop.customer.address),
      body,
      [...foot, link(say('crew.back'), `#stop/${job}`, 'bare')],
    ];
  }

  Object.assign(window.Crew, { stopView, failView });
})();
