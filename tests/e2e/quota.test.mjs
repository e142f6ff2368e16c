// SPDX-License-Identifier: Apache-2.0
// F18: the phone has no room. What cannot be stored is never shown as saved: the worker is told that
// it is not, and what to do; what was typed stays in the form; with room it is saved and arrives once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { logged_in } from '../support/client.mjs';
import { Installation } from '../support/server.mjs';
import { until } from '../support/until.mjs';
import { Chromium } from './browser.mjs';
import { all_sent, all_well, in_database, outbox, ready_for_offline, tap_all_well, worker_at_doors } from './screens.mjs';

const kNotSaved = '没有存上。这台手机的存储满了或被关了，请先用纸记下，再腾出空间';
let installation, server, chromium;
before(async () => {
  installation = new Installation();
  server = await installation.serve();
  chromium = await Chromium.start();
});
after(async () => {
  await chromium?.close();
  await server?.stop();
  installation?.remove();
});

const kRoomBytes = 8 << 20;

// A worker at the doors whose phone gives the app 8 MiB. Chromium asks how much there is when the
// database is opened first, so that is said before.
async function worker_with_little_room(account) {
  const profile = await chromium.profile();
  const session = await profile.context.newCDPSession(profile.page);
  await session.send('Storage.overrideQuotaForOrigin', { origin: server.url, quotaSize: kRoomBytes });
  const page = await worker_at_doors(profile, server, account);
  await ready_for_offline(page);
  return { profile, page, session };
}

// Something else fills the phone, to the last bytes: the number of blocks that found room.
function fill(page) {
  return page.evaluate(async () => {
    const opened = await new Promise((done, fail) => {
      const opening = indexedDB.open('wangdi');
      opening.onsuccess = () => done(opening.result);
      opening.onerror = () => fail(opening.error);
    });
    // Random, since what repeats is packed and needs no room.
    const put = (key, bytes) =>
      new Promise((done) => {
        const value = new Uint8Array(bytes);
        for (let at = 0; at < bytes; at += 65_536) crypto.getRandomValues(value.subarray(at, at + 65_536));
        const change = opened.transaction('meta', 'readwrite');
        change.objectStore('meta').put({ key, value });
        change.oncomplete = () => done(true);
        change.onabort = () => done(false);
      });
    let blocks = 0;
    for (const bytes of [1 << 18, 1 << 14, 1 << 10, 1 << 6]) {
      while (blocks < 200 && (await put(`filler_${blocks}`, bytes))) blocks += 1;
    }
    opened.close();
    return blocks;
  });
}
async function make_room(page, session) {
  await session.send('Storage.overrideQuotaForOrigin', { origin: server.url });
  await in_database(page, (database, done, fail) => {
    const change = database.transaction('meta', 'readwrite');
    change.objectStore('meta').delete(IDBKeyRange.bound('filler_', 'filler_~'));
    change.onabort = () => fail(change.error);
    change.oncomplete = () => done();
  });
}

async function told_not_saved(page) {
  const alert = page.getByRole('alert').filter({ hasText: '没有存上' });
  await alert.waitFor();
  assert.ok((await alert.innerText()).includes(kNotSaved), await alert.innerText());
  assert.equal(await page.getByText(/已存|已上传/).filter({ visible: true }).count(), 0, 'something says that it is saved');
}

test('a tap that cannot be stored is not shown as done', async () => {
  const { profile, page, session } = await worker_with_little_room('worker1');
  await profile.offline(true);
  await tap_all_well(page, 1); // while there was room
  const [kept] = await outbox(page);
  await page.getByText('1 条已存在这台手机').waitFor();
  await page.reload();
  await all_well(page).first().waitFor();

  assert.ok((await fill(page)) > 10);
  const doors = await all_well(page).count();
  await all_well(page).first().click();
  await page.getByRole('alert').filter({ hasText: kNotSaved }).waitFor();
  assert.equal(await all_well(page).count(), doors, 'the door still waits');
  assert.deepEqual((await outbox(page)).map(({ id }) => id), [kept.id]);

  // What was kept before goes out all the same, although the phone cannot note that it did.
  const officer = await logged_in(server, 'officer');
  const arrived = async ({ subject, body }) => {
    const { rows } = (await officer.get(`/api/v1/screening/visits?household=${subject}`)).json;
    return rows.filter(({ visit }) => visit === body.visit).length;
  };
  await profile.offline(false);
  await until('it is on the server', () => arrived(kept));
  assert.equal((await outbox(page))[0].state, 'queued', 'the phone was not full');

  await make_room(page, session);
  await tap_all_well(page, 1);
  for (const row of await all_sent(page, 2)) assert.equal(await arrived(row), 1, 'each arrived once');
  assert.deepEqual(profile.errors, []);
});

test('what was typed stays in the form until there is room', async () => {
  const { profile, page, session } = await worker_with_little_room('worker2');
  await page.goto(`${server.url}/doors/add`);
  await page.getByLabel('楼幢').selectOption({ label: '9幢' });
  const typed = [['单元', '1'], ['楼层', '6'], ['室号', '611']];
  for (const [label, text] of typed) await page.getByLabel(label, { exact: true }).fill(text);
  const save = page.getByRole('button', { name: '保存' });

  assert.ok((await fill(page)) > 10);
  await save.click();
  await told_not_saved(page);
  assert.ok(page.url().endsWith('/doors/add'), page.url());
  for (const [label, text] of typed) assert.equal(await page.getByLabel(label, { exact: true }).inputValue(), text);
  assert.deepEqual(await outbox(page), []);

  await make_room(page, session);
  await save.click();
  await until('the form is left', async () => !page.url().endsWith('/doors/add'));
  const [row] = await all_sent(page, 1);
  assert.equal(row.body.room, '611');
  assert.deepEqual(profile.errors, []);
});
