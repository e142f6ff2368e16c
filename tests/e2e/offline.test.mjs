// SPDX-License-Identifier: Apache-2.0
// A whole round without network, and the phone dies in the middle of it: what was "saved on this
// phone" is on the server afterwards, each record once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { logged_in, visits_of } from '../support/client.mjs';
import { Installation } from '../support/server.mjs';
import { until } from '../support/until.mjs';
import { Phone } from './browser.mjs';
import {
  all_sent,
  kGrid,
  log_in,
  outbox,
  put_off,
  ready_for_offline,
  shown,
  tap_all_well,
  worker_at_doors,
} from './screens.mjs';

const kSaves = 50;
let installation, server, phone;
before(async () => {
  installation = new Installation();
  server = await installation.serve();
  phone = new Phone();
});
after(async () => {
  await phone?.close();
  await server?.stop();
  installation?.remove();
});

async function visits_by_id(client) {
  const { doors } = (await client.get(`/api/v1/screening/doors?grid=${kGrid}`)).json;
  const found = new Map();
  for (const { visit } of await visits_of(client, doors.map(({ household }) => household))) {
    assert.ok(!found.has(visit), `visit ${visit} stands twice`);
    found.set(visit, true);
  }
  return found;
}

test(`${kSaves} saves offline outlive a killed browser and arrive once each`, async (t) => {
  const officer = await logged_in(server, 'officer');
  const known = await visits_by_id(officer);
  let profile = await phone.start();
  let page = await worker_at_doors(profile, server);
  await ready_for_offline(page);
  await profile.offline(true);
  await tap_all_well(page, kSaves);
  await page.getByText(`${kSaves} 条已存在这台手机`).waitFor();
  const saved = await outbox(page);
  await phone.kill();

  profile = await phone.start();
  await profile.offline(true);
  page = profile.page;
  await page.goto(`${server.url}/doors`);
  await page.getByText(`${kSaves} 条已存在这台手机`).waitFor();
  const kept = await outbox(page);
  assert.deepEqual(new Set(kept.map(({ id }) => id)), new Set(saved.map(({ id }) => id)));
  assert.equal((await visits_by_id(officer)).size, known.size, 'nothing has left the phone');
  await put_off(page); // the network's return has to be enough

  const from = performance.now();
  await profile.offline(false);
  // Chromium writes cookies only every half minute: a phone that died early has to log in again.
  const asked = page.getByRole('link', { name: '登录', exact: true });
  const sent_or_asked = await until('it is sent, or asks for a log-in', async () => {
    if (await asked.isVisible()) return 'asked';
    return (await outbox(page)).every(({ state }) => state === 'sent') && 'sent';
  });
  t.diagnostic(`the restarted phone: ${sent_or_asked}`);
  if (sent_or_asked === 'asked') {
    await asked.click();
    await log_in(page, server, 'worker1');
  }
  const sent = await all_sent(page, kSaves, 60_000);
  t.diagnostic(`uploaded ${Math.round(performance.now() - from)} ms after the network was back`);
  await shown(page, '已上传').waitFor();
  const arrived = await until('the server has them', () => visits_by_id(officer));
  assert.equal(arrived.size, known.size + kSaves);
  for (const { body } of sent) assert.ok(arrived.has(body.visit) && !known.has(body.visit));
  const sequences = sent.map(({ position }) => position.sequence);
  assert.equal(new Set(sequences).size, kSaves, 'each has a place of its own in the journal');
});

test('a household is registered without network on a page that was never open before', async () => {
  const other = new Phone();
  try {
    const profile = await other.start();
    const page = await worker_at_doors(profile, server, 'worker2');
    await ready_for_offline(page);
    await profile.offline(true);
    await page.goto(`${server.url}/doors/add`);
    await page.getByLabel('楼幢').selectOption({ label: '9幢' });
    for (const [label, text] of [['单元', '1'], ['楼层', '6'], ['室号', '609']])
      await page.getByLabel(label, { exact: true }).fill(text);
    await page.getByRole('button', { name: '保存' }).click();
    await until('it is on this phone', async () => (await outbox(page)).some(({ state }) => state === 'queued'));
    await profile.offline(false);
    await all_sent(page, 1);
  } finally {
    await other.close();
  }
});
