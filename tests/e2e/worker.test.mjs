// SPDX-License-Identifier: Apache-2.0
// The service worker answers for the app's own files and nothing else: what somebody else put into its
// caches is never taken for an answer of the server, and a worker that went wrong is gone after one
// reload once the operator says so (security.md WC4).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Installation } from '../support/server.mjs';
import { Proxy } from '../support/proxy.mjs';
import { until } from '../support/until.mjs';
import { Chromium } from './browser.mjs';
import { all_sent, all_well, outbox, ready_for_offline, tap_all_well, worker_at_doors } from './screens.mjs';

let installation, server, proxy, chromium;
before(async () => {
  installation = new Installation();
  [server, chromium] = await Promise.all([installation.serve(), Chromium.start()]);
  proxy = await Proxy.before(server);
});
after(async () => {
  await chromium?.close();
  await proxy?.close();
  await server?.stop();
  installation?.remove();
});

const cached_paths = (page) =>
  page.evaluate(async () => {
    const found = [];
    for (const name of await caches.keys()) {
      for (const { url } of await (await caches.open(name)).keys()) found.push(new URL(url).pathname);
    }
    return found;
  });

// security: WC4
test('no answer of the API is kept by the worker, and none is taken from its caches', async () => {
  const profile = await chromium.profile();
  const page = await worker_at_doors(profile, proxy);
  await ready_for_offline(page);
  await page.reload(); // from here on the worker sees every request of the page
  await all_well(page).first().waitFor();
  assert.ok(await page.evaluate(() => navigator.serviceWorker.controller !== null));
  await tap_all_well(page, 1);
  await all_sent(page, 1);
  const kept = await cached_paths(page);
  assert.ok(kept.some((path) => path.startsWith('/assets/')), 'the app itself is kept');
  assert.deepEqual(kept.filter((path) => /^\/(api|health|ready|metrics|openapi)/.test(path)), []);

  // Poison: an answer to every question of the app, in every cache there is and in one more.
  const poisoned = await page.evaluate(async () => {
    const names = [...(await caches.keys()), 'runtime'];
    const paths = ['/api/v1/session', '/api/v1/screening/doors', location.origin + '/api/v1/session'];
    paths.push(...performance.getEntriesByType('resource').map(({ name }) => name).filter((url) => url.includes('/api/')));
    for (const name of names) {
      const cache = await caches.open(name);
      for (const path of paths) {
        await cache.put(path, new Response('{"poison":true}', { headers: { 'content-type': 'application/json' } }));
      }
    }
    return paths.length * names.length;
  });
  assert.ok(poisoned > 6);
  const asked_before = proxy.asked;
  await page.reload();
  await all_well(page).first().waitFor();
  const answer = await page.evaluate(async () => (await fetch('/api/v1/session')).text());
  assert.ok(!answer.includes('poison'), 'the server answers');
  assert.ok(proxy.asked > asked_before);
  await profile.offline(true);
  const without_network = await page.evaluate(() =>
    fetch('/api/v1/session').then((got) => got.text(), () => 'no answer'));
  assert.equal(without_network, 'no answer', 'rather nothing than what is in a cache');
  await profile.close();
});

// security: WC4
test('with the worker switched off one reload heals a phone whose app is broken, and nothing saved is lost', async () => {
  const profile = await chromium.profile();
  const page = await worker_at_doors(profile, proxy);
  await ready_for_offline(page);
  await profile.offline(true);
  await tap_all_well(page, 1);
  const [saved] = await outbox(page);
  await profile.offline(false);
  // Whatever the page is, the worker now hands out a broken one.
  await page.evaluate(async () => {
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        if (!/\.html/.test(request.url)) continue;
        await cache.put(request, new Response('<h1>broken</h1>', { headers: { 'content-type': 'text/html' } }));
      }
    }
  });
  await page.reload();
  await page.getByRole('heading', { name: 'broken' }).waitFor();

  await server.stop();
  server = await installation.serve({ set: { 'http.service_worker': 0 } });
  proxy.server = server;
  await page.reload(); // the one reload
  await all_well(page).first().waitFor();
  const rows = await all_sent(page, 1);
  assert.equal(rows[0].id, saved.id);
  await until('no worker and no cache is left', () =>
    page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length === 0 && (await caches.keys()).length === 0));
  const loads = await page.evaluate(() => performance.timeOrigin);
  await page.evaluate(() => new Promise((done) => requestIdleCallback(done)));
  assert.equal(await page.evaluate(() => performance.timeOrigin), loads, 'it does not load again and again');
  await profile.close();
});
