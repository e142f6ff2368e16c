// SPDX-License-Identifier: Apache-2.0
// Two tabs of one browser: one holds the stream and tells the other, and what waits is sent once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { logged_in, uuid, visits_of } from '../support/client.mjs';
import { Proxy } from '../support/proxy.mjs';
import { Installation } from '../support/server.mjs';
import { until } from '../support/until.mjs';
import { Chromium } from './browser.mjs';
import { all_sent, all_well, kGrid, shown, tap_all_well, worker_at_doors } from './screens.mjs';

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

const one_stream = () => until('one stream is open', () => proxy.streams === 1);

test('two tabs hold one stream and send six queued visits once', async () => {
  const profile = await chromium.profile();
  const first = await worker_at_doors(profile, proxy);
  await one_stream();
  const second = await profile.context.newPage();
  await second.goto(`${proxy.url}/doors`);
  await all_well(second).first().waitFor();

  await profile.offline(true);
  await tap_all_well(first, 3);
  // The second tab knows of them at once: it offers the next doors.
  await until('the second tab follows', async () => (await all_well(second).count()) === (await all_well(first).count()));
  await tap_all_well(second, 3);
  const before_network = proxy.posts.length;
  await profile.offline(false);
  const rows = await all_sent(first, 6);
  const sent = proxy.posts.slice(before_network).flat();
  assert.deepEqual([...sent].sort(), rows.map(({ id }) => id).sort(), 'each went out once');
  for (const page of [first, second]) await shown(page, '已上传').waitFor();
  const officer = await logged_in(server, 'officer');
  const visits = await visits_of(officer, new Set(rows.map(({ subject }) => subject)));
  for (const { body } of rows) assert.equal(visits.filter(({ visit }) => visit === body.visit).length, 1);

  // A visit of another worker's phone reaches both tabs over the one stream.
  await one_stream();
  const other = await logged_in(server, 'worker1');
  const before_change = await all_well(second).count();
  const { doors } = (await other.get(`/api/v1/screening/doors?grid=${kGrid}`)).json;
  const { household } = doors.find(({ status }) => status === 'due');
  const result = await other.one('screening.record_visit', kGrid, { visit: uuid(), household, outcome: 'all_well' });
  assert.equal(result.status, 'applied');
  for (const page of [first, second]) {
    await until('the tab follows', async () => (await all_well(page).count()) === before_change - 1);
  }

  // The tab with the stream goes; the other takes over.
  const opened = proxy.streams_before;
  await first.close();
  await until('the other tab opens a stream', () => proxy.streams_before === opened + 1);
  await one_stream();
});
