/* The crew's phone: its route, and what is shown when. Drawn from what the phone knows (crew_outbox.js), with or
   without a network. */
'use strict';
(() => {
  const { phone, me, say, day, clock, mine, said, send, sync, forget, stopView, failView, closeView } = window.Crew;
  const {
    $,
    zh,
    tell,
    drafts,
    h,
    button,
    link,
    badge,
    stepsOf,
    stops,
    open,
    card,
    header,
    purse,
    callDue,
    dial,
    notices,
    looks,
    announce,
  } = window.Crew.parts;
  const TRY_MS = 15e3;
  const names = JSON.parse($('crews').textContent);
  const depots = JSON.parse($('depots').textContent);

  async function routeView() {
    const { route } = phone;
    const run = route?.run;
    const [first, ...later] = open();
    const ended = stops().filter((stop) => stepsOf(stop).done);
    const leads = me.role === 'crew_leader';
    const body = [...notices(), ...(await looks())];
    const delivers = stops().some((stop) => stop.kind === 'delivery');
    const gone = !run || !['plan', 'loaded'].includes(run.status) || said(null, 'depart');
    if (!stops().length)
      body.push(h('p', { className: 'empty' }, route ? say('crew.no_run') : say('crew.nothing_kept')));
    if (delivers && run?.status === 'plan') {
      const load = leads ? [' ', link(say('crew.load'), '/warehouse/loading')] : [];
      body.push(h('p', { className: 'banner warn' }, say('crew.not_loaded'), ...load));
    }
    if (first) {
      const due = callDue(first);
      body.push(
        h(
          'div',
          {},
          card(
            first,
            due ? h('p', { className: 'due' }, badge(due.text, due.late ? 'late' : 'warn')) : null,
            h(
              'div',
              { className: 'row' },
              link(
                say('crew.map'),
                `https://uri.amap.com/search?keyword=${encodeURIComponent(first.customer.address)}`,
              ),
              dial(first),
            ),
          ),
        ),
      );
    }
    if (later.length)
      body.push(
        h('h3', { className: 'muted' }, say('crew.later')),
        h(
          'ol',
          { className: 'stops' },
          later.map((stop) => h('li', {}, h('a', { className: 'plain', href: `#stop/${stop.job_id}` }, card(stop)))),
        ),
      );
    if (ended.length)
      body.push(
        h('h3', { className: 'muted' }, say('crew.ended', { n: ended.length })),
        h(
          'ol',
          { className: 'stops' },
          ended.map((stop) => h('li', {}, card(stop))),
        ),
      );
    if (route) body.push(h('p', { className: 'small muted' }, say('crew.age', { at: clock(route.at) })));
    const go = [];
    if (leads && delivers && run?.status === 'loaded' && !gone)
      go.push(
        button(
          say('crew.depart'),
          () =>
            tell(
              say('crew.depart'),
              `/api/runs/${route.on}/${encodeURIComponent(route.crew)}/depart`,
              {},
              { step: 'depart' },
            ),
          'go big',
        ),
      );
    else if (first)
      go.push(
        link(say('crew.continue', { n: first.nth, name: first.customer.name }), `#stop/${first.job_id}`, 'go big'),
      );
    else if (leads) go.push(link(say('crew.to_close'), '#close', 'go big'));
    const [, month, date] = (route?.on ?? day()).split('-').map(Number);
    const on = zh ? `${month}月${date}日` : `${date}/${month}`;
    const crew = route?.crew ?? me.crew;
    const place = [depots[run?.depot], run?.vehicle];
    const sub = [...place, me.name, say('crew.stops', { n: stops().length })].filter(Boolean).join(' · ');
    return [
      header(say('crew.today', { on, crew: names[crew] ?? crew }), sub),
      body,
      [
        leads && run ? purse() : null,
        ...go,
        h(
          'div',
          { className: 'row small' },
          leads ? link(say('crew.close_day'), '#close', 'bare') : null,
          button(say('crew.log_out'), logOut, 'bare push'),
        ),
      ],
    ];
  }

  async function logOut() {
    if (phone.outbox.some(mine)) {
      announce(say('crew.log_out.outbox', { n: phone.outbox.filter(mine).length }));
      return;
    }
    drafts.clear();
    await forget();
    // it names the person
    for (const name of (await window.caches?.keys()) ?? []) await (await caches.open(name)).delete('/crew');
    await fetch('/logout', { method: 'POST' }).catch(() => null);
    location.assign('/login');
  }

  /* A tap begun on a button must end on it: while a finger is down nothing is replaced. */
  let finger = Promise.resolve();
  addEventListener(
    'pointerdown',
    () => {
      finger = new Promise((lifted) => {
        for (const name of ['pointerup', 'pointercancel'])
          addEventListener(name, () => setTimeout(lifted, 30), { once: true, capture: true });
      });
    },
    true,
  );

  /* ---- showing. What comes from outside does not tear away a page that somebody types into or signs on. ---- */
  let shown = null;
  let turn = 0;
  const isBusy = () =>
    shown === location.hash &&
    Boolean(
      document.activeElement?.matches?.('input, textarea, select') || document.querySelector('canvas.sign[data-used]'),
    );
  async function show(polite = false) {
    const thisTurn = ++turn;
    const where = location.hash;
    const [view, job] = where.slice(1).split('/').map(decodeURIComponent);
    const made =
      view === 'stop'
        ? await stopView(job)
        : view === 'fail'
          ? await failView(job)
          : view === 'close'
            ? await closeView()
            : await routeView();
    await finger;
    if (thisTurn !== turn || (polite && isBusy())) return;
    const [head, body, foot] = made;
    const focused = document.activeElement?.closest?.('#phone')
      ? document.activeElement.getAttribute('aria-label')
      : null;
    const parts = [
      head,
      h('div', { className: 'body' }, ...body.flat().filter(Boolean)),
      h('footer', {}, ...foot.flat().filter(Boolean)),
    ];
    // nothing new
    if (polite && shown === where && parts.every((part, index) => part.isEqualNode($('phone').children[index]))) return;
    $('phone').replaceChildren(...parts);
    if (focused)
      [...$('phone').querySelectorAll('[aria-label]')]
        .find((one) => one.getAttribute('aria-label') === focused)
        ?.focus({ preventScroll: true });
    if (shown !== where) scrollTo(0, 0);
    shown = where;
    document.title = `${$('phone').querySelector('h2').textContent} · ${say('crew.brand')}`;
  }

  async function begin() {
    window.Crew.show = () => show();
    phone.show = () => {
      if (!isBusy()) show(true);
    };
    await window.Crew.begin();
    await show();
    addEventListener('hashchange', () => show());
    addEventListener('online', send);
    addEventListener('offline', () => {
      phone.online = false;
      phone.show();
    });
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) send();
    });
    setInterval(async () => {
      if (window.Crew.isOld()) {
        drafts.clear();
        await window.Crew.expire();
        await show();
      }
      await send();
    }, TRY_MS);
    let soon;
    const listen = () =>
      Live.open(`/live/board/${day()}?format=json`, {
        message: () => {
          clearTimeout(soon);
          soon = setTimeout(sync, 300);
        },
        ended: () => setTimeout(listen, TRY_MS),
      });
    listen();
    await send();
  }
  if ('serviceWorker' in navigator)
    navigator.serviceWorker.register('/crew-sw.js', { scope: '/crew' }).catch(() => {
      /* plain HTTP: without HTTPS it works with a network only */
    });
  begin();
})();
