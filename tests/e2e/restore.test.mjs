// SPDX-License-Identifier: Apache-2.0
// The server's disk is lost and a backup restored: the phone makes up by itself for what it did not
// hold, once its owner has logged in again.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { logged_in, visits_there } from '../support/client.mjs';
import { Installation } from '../support/server.mjs';
import { until } from '../support/until.mjs';
import { Chromium } from './browser.mjs';
import { all_sent, log_in, outbox, tap_all_well, worker_behind_proxy } from './screens.mjs';

let installation, chromium;
before(async () => {
  installation = new Installation();
  chromium = await Chromium.start();
});
after(async () => {
  await chromium?.close();
  installation?.remove();
});

test('given_a_restored_server_when_logged_in_again_then_the_phone_sends_what_was_lost', async (t) => {
  const { first, proxy, page } = await worker_behind_proxy(t, installation, chromium);
  await tap_all_well(page, 2);
  await all_sent(page, 2);
  const backup = join(installation.base, 'backup');
  const made = installation.run(['backup', '--to', backup]);
  assert.equal(made.status, 0, made.stderr);
  await tap_all_well(page, 3);
  const rows = await all_sent(page, 5);
  const saved = rows.map(({ body }) => body.visit).sort();
  await first.kill();

  rmSync(installation.data, { recursive: true });
  const restored = installation.run(['restore', '--from', backup]);
  assert.equal(restored.status, 0, restored.stderr);
  const second = await installation.serve();
  t.after(() => second.kill());
  const officer = await logged_in(second, 'officer');
  const there = () => visits_there(officer, rows);
  assert.equal((await there()).length, 2, 'the backup holds what came before it');

  proxy.server = second;
  await page.goto(`${proxy.url}/login`);
  await log_in(page, proxy, 'worker1');
  await until('the phone has sent all again', async () => (await there()).length >= 5);
  assert.deepEqual((await there()).sort(), saved, 'each once');
  await all_sent(page, 5);
  assert.equal((await outbox(page)).length, 5);
});
