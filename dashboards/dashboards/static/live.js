/* The page's side of live_hub.js, which holds the streams of all pages of this browser. */
'use strict';
(() => {
  const { hub } = document.body.dataset;
  const SILENT_MS = 45000; // it says something every 10 s, unless it broke or we slept
  const streams = new Map(); // key -> { address, id, heard, ended }
  let port = null;
  let heard = 0;
  let last = 0;
  const want = ([key, { address, id }]) => port.postMessage({ want: key, address, id });

  function connect() {
    heard = Date.now();
    if (window.SharedWorker) ({ port } = new SharedWorker(hub));
    else {
      const { port1, port2 } = new MessageChannel();
      port = port1;
      document.head.append(
        Object.assign(document.createElement('script'), { src: hub, onload: () => window.LiveHub(port2) }),
      );
    }
    port.onmessage = hear;
    [...streams].forEach(want);
  }
  function hear({ data: { key, text, id, ended, ping, again, lost } }) {
    heard = Date.now();
    if (ping) port.postMessage({ here: true });
    if (again) [...streams].forEach(want);
    if (lost) document.getElementById('stream')?.dispatchEvent(new Event('htmx:sse:error'));
    const one = streams.get(key);
    if (one && text) {
      one.id = id;
      one.heard(text);
    } else if (one) {
      streams.delete(key);
      one.ended?.(ended);
    }
  }
  addEventListener('pagehide', () => port?.postMessage({ bye: true }));
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted && port) connect();
  });
  setInterval(() => {
    if (streams.size && Date.now() - heard > SILENT_MS) connect();
  }, 10000);

  /* `heard(text)`: a whole event of the stream; `ended(status)`: it is over. Returns what ends it. */
  function start(address, id, on) {
    if (!port) connect();
    const key = (last += 1);
    streams.set(key, { address, id, ...on });
    want([key, { address, id }]);
    return () => {
      if (streams.delete(key)) port.postMessage({ drop: key });
    };
  }
  const data = (text) => [...text.matchAll(/^data: (.*)$/gm)].map((line) => line[1]).join('\n');
  /* `on`: name of an event (`message` without one) -> what is done with its data; `ended`. */
  const open = (address, on) =>
    start(address, '', {
      ended: on.ended,
      heard: (text) => on[/^event: (.*)$/m.exec(text)?.[1] ?? 'message']?.(data(text)),
    });
  window.Live = { start, open };
})();
