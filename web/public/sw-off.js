// SPDX-License-Identifier: Apache-2.0
// The kill switch. A server with http.service_worker = 0 answers /sw.js with this: it takes the place
// of whatever worker a phone has, drops the app's files that were kept, goes, and loads the open pages
// anew from the server. Records on the phone are in IndexedDB; nothing here touches them.
self.addEventListener('install', (event) => event.waitUntil(self.skipWaiting()));

async function go() {
  for (const name of await caches.keys()) await caches.delete(name);
  // Only pages that the old worker answered for. One that was loaded since has nothing to heal, so
  // that this cannot go round.
  const pages = await self.clients.matchAll({ type: 'window' });
  await self.registration.unregister();
  for (const page of pages) page.navigate(page.url).catch(() => undefined);
}
self.addEventListener('activate', (event) => event.waitUntil(go()));
