/* htmx gets its stream through `fetch`, as if it had asked the server itself (live.js). */
'use strict';
(() => {
  const plain = window.fetch;
  const type = { headers: { 'Content-Type': 'text/event-stream' } };
  const piped = (address, { headers, signal }) =>
    new Promise((done, failed) => {
      let feed = null;
      const end = Live.start(address, headers['Last-Event-ID'], {
        heard: (text) => {
          if (!feed)
            done(
              new Response(
                new ReadableStream({
                  start: (made) => {
                    feed = made;
                  },
                  cancel: () => end(),
                }),
                type,
              ),
            );
          feed.enqueue(new TextEncoder().encode(text));
        },
        ended: (status) => {
          if (feed) feed.close();
          else done(new Response(null, { status: status === 200 ? 204 : status }));
        },
      });
      signal?.addEventListener('abort', () => {
        end();
        if (feed) feed.error(signal.reason);
        else failed(signal.reason);
      });
    });
  window.fetch = (target, options = {}) =>
    String(target).startsWith('/live/') ? piped(target, { headers: {}, ...options }) : plain(target, options);
})();
