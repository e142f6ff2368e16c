// SPDX-License-Identifier: Apache-2.0
// The server's journal lost its end: the phone says that nothing can be saved, goes on recording, and
// when an operator has accepted the loss it sends what was lost and what waited.
import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
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

const banner = (page) => page.locator('.banner.stop', { hasText: '现在只能看，不能存' });

test('given_an_alarm_when_recording_then_it_waits_on_the_phone_and_is_sent_after_it', async (t) => {
  const { first, proxy, page } = await worker_behind_proxy(t, installation, chromium);
  await tap_all_well(page, 2);
  const sent = await all_sent(page, 2);
  const last = Math.max(...sent.map(({ position }) => position.sequence));
  await until('the anchor', () => {
    const { heads } = JSON.parse(readFileSync(`${installation.data}.anchor`, 'utf8').split('\n')[1]);
    return heads.some(({ district, sequence }) => district === 320508 && sequence >= last);
  });
  await first.kill();
  rmSync(`${installation.data}/wangdi.db-wal`);

  const second = await installation.serve();
  t.after(() => second.kill());
  proxy.server = second;
  await page.goto(`${proxy.url}/login`);
  await log_in(page, proxy, 'worker1');
  await banner(page).waitFor();
  await tap_all_well(page, 1);
  await until('the server refused it', () => second.log.includes('"read_only"'));
  const waiting = (await outbox(page)).filter(({ state }) => state === 'queued');
  assert.equal(waiting.length, 1, 'it stays on the phone');
  assert.ok(await banner(page).isVisible());
  await second.kill();

  const accepted = installation.run(['verify', '--accept-loss']);
  assert.equal(accepted.status, 0, accepted.stdout + accepted.stderr);
  const third = await installation.serve();
  t.after(() => third.kill());
  proxy.server = third;
  await page.goto(`${proxy.url}/login`);
  await log_in(page, proxy, 'worker1');
  const officer = await logged_in(third, 'officer');
  const rows = await outbox(page);
  const saved = rows.map(({ body }) => body.visit).sort();
  const there = () => visits_there(officer, rows);
  // It tries again when the server had asked for, ten seconds later.
  await until('the phone has sent all', async () => (await there()).length >= 3, 40_000);
  assert.deepEqual((await there()).sort(), saved, 'each once');
  await all_sent(page, 3);
  await banner(page).waitFor({ state: 'hidden' });
});
