/* Keeps the crew's page and its files on the phone, so that it opens without a network.
   Data are the page's own care. */
'use strict';
const NAME = '{{ name }}';
const FILES = JSON.parse('{{ files }}');
self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});
self.addEventListener('activate', (event) => {
  const isOld = (name) => name.startsWith('crew-') && name !== NAME;
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter(isOld).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (request.mode === 'navigate' && url.pathname === '/crew') {
    event.respondWith(fetch(request).then(async (answer) => {
      if (answer.ok && !answer.redirected) {
        const cache = await caches.open(NAME);
        await cache.put('/crew', answer.clone());
      }
      return answer;
    }).catch(async () => (await caches.match('/crew')) ?? Response.error()));
  } else if (url.pathname.startsWith('/static/')) {
    event.respondWith(caches.match(request).then((held) => held ?? fetch(request)));
  }
});
