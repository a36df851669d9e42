/* The streams of all pages of a browser, in one request (a browser opens six connections to a host, and a stream holds
   one for good). Runs as a shared worker; where there are none, in the page, which then asks from time to time. */
'use strict';
(() => {
  const MOST = 24;
  const POLL_MS = 5000;
  const SILENT_MS = 40000; // the server says something every 15 s
  const GONE_MS = 60000; // a page that answers no ping: closed without a word, or frozen; it comes back by itself
  const SHARED = 'onconnect' in self;
  const wanted = new Map(); // number -> { port, key, address, id, polled }
  const ports = new Map(); // port -> when it was last heard
  let next = 0;
  const pause = (ms) =>
    new Promise((done) => {
      setTimeout(done, ms);
    });
  const tell = (port, said) => port.postMessage(said);
  const mine = (polled) => [...wanted].filter(([, one]) => Boolean(one.polled) === polled).slice(0, MOST);
  const query = (chosen) =>
    chosen
      .map(([, { address, id }]) => `of=${encodeURIComponent(address)}&id=${encodeURIComponent(id ?? '')}`)
      .join('&');
  const lost = () => {
    for (const port of ports.keys()) tell(port, { lost: true });
  };

  function hear(chosen, { of, text, ended }) {
    const [number] = chosen[of];
    const one = wanted.get(number);
    if (!one) return; // its page has left meanwhile
    if (text !== undefined) {
      const id = /^id: ?(.*)$/m.exec(text);
      if (id) [, one.id] = id;
    } else if (ended === 429 || ended === 503) {
      one.polled = true;
      poll();
      return;
    } else wanted.delete(number);
    tell(one.port, { key: one.key, id: one.id, text, ended });
  }

  /* ---- the one stream ---- */
  let stream = null; // what aborts it
  let holding = false;
  let wake = () => {}; // what ends the pause after a failure
  let soon = 0;
  const renew = () => {
    clearTimeout(soon);
    soon = setTimeout(() => {
      stream?.abort('renew');
      wake();
      hold();
    }, 30);
  };

  async function read(chosen, body, alive) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      alive();
      const events = (rest + value).split('\n\n');
      rest = events.pop();
      for (const event of events) if (event.startsWith('data: ')) hear(chosen, JSON.parse(event.slice(6)));
    }
  }

  async function hold() {
    if (holding) return;
    holding = true;
    let tries = 0;
    for (let chosen = mine(false); chosen.length; chosen = mine(false)) {
      stream = new AbortController();
      const { signal } = stream;
      let watch = 0;
      const alive = () => {
        tries = 0;
        clearTimeout(watch);
        watch = setTimeout(() => stream.abort('silent'), SILENT_MS);
      };
      let wait = Math.min(30000, 500 * 2 ** tries) * (0.7 + 0.6 * Math.random());
      try {
        const answer = await fetch(`/live/together?${query(chosen)}`, { signal });
        if (answer.ok) {
          alive();
          await read(chosen, answer.body, alive);
        } else if (answer.status === 429 || answer.status === 503) {
          await ask(chosen);
          wait = Math.max(wait, 1000 * (answer.headers.get('Retry-After') ?? 5));
        } else chosen.forEach((_, of) => hear(chosen, { of, ended: answer.status }));
      } catch {
        if (signal.reason !== 'renew') lost();
      }
      clearTimeout(watch);
      if (signal.reason !== 'renew') {
        tries += 1;
        await new Promise((done) => {
          wake = done;
          setTimeout(done, wait);
        });
      }
    }
    stream = null;
    holding = false;
  }

  /* ---- asking from time to time ---- */
  let polling = false;
  async function ask(chosen) {
    try {
      const answer = await fetch(`/live/now?${query(chosen)}`);
      if (answer.ok)
        for (const said of await answer.json()) {
          if (said.ended !== 429 && said.ended !== 503) hear(chosen, said);
        }
      else if (answer.status < 429) chosen.forEach((_, of) => hear(chosen, { of, ended: answer.status }));
    } catch {
      lost();
    }
  }
  async function poll() {
    if (polling) return;
    polling = true;
    for (let chosen = mine(true); chosen.length; chosen = mine(true)) {
      await ask(chosen);
      await pause(POLL_MS);
    }
    polling = false;
  }

  /* ---- pages ---- */
  function leave(port, key) {
    // one stream, or all of a page
    for (const [number, one] of wanted)
      if (one.port === port && (key === undefined || one.key === key)) wanted.delete(number);
    renew();
  }
  function connect(port) {
    ports.set(port, Date.now());
    port.onmessage = ({ data }) => {
      if (!ports.has(port)) tell(port, { again: true }); // it was taken for gone
      ports.set(port, Date.now());
      if (data.want !== undefined) {
        for (const [number, one] of wanted) if (one.port === port && one.key === data.want) wanted.delete(number);
        next += 1;
        wanted.set(next, {
          port,
          key: data.want,
          address: data.address,
          id: data.id,
          polled: !SHARED || mine(false).length >= MOST,
        });
        if (wanted.get(next).polled) poll();
        else renew();
      }
      if (data.drop !== undefined) leave(port, data.drop);
      if (data.bye) {
        ports.delete(port);
        leave(port);
      }
    };
  }
  setInterval(() => {
    for (const [port, heard] of ports)
      if (Date.now() - heard > GONE_MS) {
        ports.delete(port);
        leave(port);
      } else tell(port, { ping: true });
  }, 10000);
  if (SHARED) self.onconnect = ({ ports: [port] }) => connect(port);
  else window.LiveHub = connect;
})();
