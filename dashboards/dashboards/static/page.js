/* Every page: the server's clock, what the stream says, printing. No inline handlers (CSP). */
'use strict';
(() => {
  const SILENCE = 35000; // heartbeats come every 15 s; two missed ones are a lost connection
  const skew = () => Page.server - Page.at;
  const Page = (window.Page = {
    server: Date.parse(document.body.dataset.now),
    at: Date.now(),
    heard: Date.now(),
    online: true,
    now: () => new Date(Date.now() + skew()),
    clock: (when) =>
      when
        .toLocaleTimeString('zh-CN', { timeZone: 'Asia/Shanghai', hour: 'numeric', minute: '2-digit', hour12: false })
        .replace(/^0(\d)/, '$1'),
    load: (script) =>
      new Promise((done, failed) => {
        if (document.querySelector(`script[src="${script}"]`)) done();
        else
          document.head.append(
            Object.assign(document.createElement('script'), { src: script, onload: done, onerror: failed }),
          );
      }),
    fill: (text, facts) => text.replace(/\{(\w+)\}/g, (all, name) => (name in facts ? facts[name] : all)),
  });

  const stream = document.getElementById('stream');
  const live = document.getElementById('live');
  const offline = document.getElementById('offline');

  function show() {
    if (live) {
      live.dataset.state = Page.online ? 'on' : 'off';
      const seen = Page.clock(Page.online ? Page.now() : new Date(Page.heard + skew()));
      live.textContent = `${Page.online ? live.dataset.on : live.dataset.off} ${seen}`;
    }
    if (offline) {
      const at = Page.clock(new Date(Page.heard + skew()));
      const [head, more] = offline.querySelectorAll('b, b ~ span');
      head.textContent = Page.fill(offline.dataset.words, { at });
      more.textContent = ` ${Page.fill(offline.dataset.more, { at })}`;
      offline.hidden = Page.online;
    }
    const needle = document.querySelector('.rhythm .now');
    if (needle && Page.online) {
      const [hour, minute] = Page.clock(Page.now()).split(':').map(Number);
      const at = Math.min(100, Math.max(0, ((hour * 60 + minute - 420) / 840) * 100)).toFixed(2);
      needle.style.setProperty('--t', at);
      needle.parentElement.style.setProperty('--now', at);
      needle.firstElementChild.textContent = Page.clock(Page.now());
    }
  }

  function heard(event) {
    const said = Date.parse(event?.detail?.data ?? '');
    Page.heard = Date.now();
    if (!Number.isNaN(said)) {
      Page.server = said;
      Page.at = Date.now();
    }
    if (!Page.online) {
      Page.online = true;
      document.dispatchEvent(new Event('page:online'));
    }
    show();
  }

  function lost() {
    if (Page.online) {
      Page.online = false;
      document.dispatchEvent(new Event('page:offline'));
      show();
    }
  }

  if (stream) {
    for (const name of ['hello', 'beat', 'htmx:sse:after:message']) stream.addEventListener(name, heard);
    stream.addEventListener('htmx:sse:error', lost);
    stream.addEventListener('htmx:error', lost);
    stream.addEventListener('reload', () => {
      const stale = document.getElementById('stale');
      if (stale && document.querySelector('dialog[open], .held'))
        stale.hidden = false; // somebody is in the middle of something
      else location.reload();
    });
    setInterval(() => {
      if (Date.now() - Page.heard > SILENCE && !document.hidden) lost();
      show();
    }, 5000);
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) Page.heard = Date.now();
    });
  }

  document.addEventListener('click', (event) => {
    const act = event.target.closest('[data-act]')?.dataset.act;
    if (act === 'print') print();
    if (act === 'reload') location.reload();
    if (act === 'close') event.target.closest('dialog').close();
  });

  /* the bell: how many things wait for whoever looks, also in the title; what fails is said by the pages themselves */
  const bell = document.querySelector('#bell b');
  const { title } = document;
  const ring = () =>
    fetch('/api/inbox/count')
      .then((answer) => answer.json())
      .then(({ count, late }) => {
        bell.textContent = count || '';
        bell.className = late ? 'late' : '';
        document.title = count ? `(${count}) ${title}` : title;
      })
      .catch(() => 0);
  if (bell) setInterval(ring, 60000, ring());
})();
