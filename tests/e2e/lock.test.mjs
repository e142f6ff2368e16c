// SPDX-License-Identifier: Apache-2.0
// A grid worker's phone in other hands: what lies on it can be read with the PIN only, goes after too many
// wrong ones and after too long without the server, and what was recorded still arrives (security.md WC2,
// WC3).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { logged_in, visits_there } from '../support/client.mjs';
import { files_below } from '../support/files.mjs';
import { Installation } from '../support/server.mjs';
import { until } from '../support/until.mjs';
import { Chromium, kPin, Phone } from './browser.mjs';
import {
  all_sent,
  all_well,
  in_database,
  kGrid,
  log_in,
  outbox,
  ready_for_offline,
  tap_all_well,
  worker_at_doors,
} from './screens.mjs';

const kWrong = '135791';
const kHourMs = 3_600_000;
let installation, server, chromium;
before(async () => {
  installation = new Installation();
  [server, chromium] = await Promise.all([installation.serve(), Chromium.start()]);
});
after(async () => {
  await chromium?.close();
  await server?.stop();
  installation?.remove();
});

const pin_field = (page) => page.locator('form#pin input').first();
// Everything the phone keeps, as it lies in its database.
const stored = (page) =>
  in_database(page, (database, done, fail) => {
    const names = ['outbox', 'cache', 'meta'];
    const stores = database.transaction(names);
    const found = {};
    for (const name of names) {
      const all = stores.objectStore(name).getAll();
      all.onerror = () => fail(all.error);
      all.onsuccess = () => {
        found[name] = all.result.map((row) => ({
          ...row,
          sealed: row.sealed?.length,
          kept: row.kept?.length,
          said: row.said?.length,
        }));
        if (Object.keys(found).length === names.length) done(found);
      };
    }
  });
const locks = ({ meta }) => meta.filter(({ key }) => key.startsWith('lock:'));

async function type_wrong(page, left) {
  await pin_field(page).fill(kWrong);
  if (left > 0) await page.getByText(`还能试 ${left} 次`).waitFor();
}
// Nothing of the first owner can be read, and each of the rows can still be taken by the server.
function assert_only_sealed(found, rows) {
  assert.deepEqual(locks(found), []);
  assert.deepEqual(found.cache, []);
  assert.equal(found.outbox.length, rows);
  for (const row of found.outbox) {
    assert.ok(row.sealed > 100, 'the server can read it');
    for (const name of ['body', 'kept', 'said', 'answer', 'conflict']) assert.equal(row[name], undefined);
    assert.equal(row.label, '');
  }
}

// Where one of the texts stands in any file of a folder, in either of the two forms browsers write.
function found_in(folder, texts) {
  const wanted = texts.flatMap((text) => [
    [text, Buffer.from(text, 'utf8')],
    [text, Buffer.from(text, 'utf16le')],
  ]);
  const found = [];
  for (const path of files_below(folder)) {
    const bytes = readFileSync(path);
    for (const [text, form] of wanted) if (bytes.includes(form)) found.push(`${text} in ${path.slice(folder.length)}`);
  }
  return found;
}

// security: WC3
test('on a copied profile of a phone that died nothing can be read of any resident', async () => {
  const phone = new Phone();
  try {
    const profile = await phone.start();
    const page = await worker_at_doors(profile, server);
    await ready_for_offline(page);
    const officer = await logged_in(server, 'worker1');
    const { doors } = (await officer.get(`/api/v1/screening/doors?grid=${kGrid}`)).json;
    const texts = new Set();
    for (const { building, unit, room, persons } of doors) {
      texts.add(`${building.name}${unit}单元${room}室`);
      for (const { name } of persons) if (name.length > 2) texts.add(name);
    }
    assert.ok(texts.size > 100);
    await profile.offline(true);
    await tap_all_well(page, 3);
    await page.goto(`${server.url}/doors/add`);
    await page.getByLabel('楼幢').selectOption({ label: '8幢' });
    for (const [label, text] of [['单元', '1'], ['楼层', '6'], ['室号', '60987']])
      await page.getByLabel(label, { exact: true }).fill(text);
    await page.getByRole('button', { name: '保存' }).click();
    await until('it is on this phone', async () => (await outbox(page)).length === 4);
    const rows = await outbox(page);
    texts.add('60987');
    for (const { label } of rows) texts.add(label);
    assert.ok(rows.every(({ body, label, is_sealed }) => body && label && is_sealed));
    // The browser brings who is logged in to its disk some seconds later.
    const is_stored = (path) => path.includes('Local Storage');
    await until('the log-in is on disk', () => found_in(phone.folder, ['wangdi.session']).some(is_stored));
    await phone.kill();
    assert.deepEqual(found_in(phone.folder, [...texts]), []);
    // The search does see what lies there: the random ids of the same rows.
    const ids = rows.map(({ id }) => id);
    assert.ok(found_in(phone.folder, ids).length >= ids.length);

    // And it was all there: with the PIN, without network, the list and the new door are back.
    const again = await phone.start();
    await again.offline(true);
    await again.page.goto(`${server.url}/doors`);
    await all_well(again.page).first().waitFor();
    assert.deepEqual(new Set((await outbox(again.page)).map(({ id }) => id)), new Set(ids));
  } finally {
    await phone.close();
  }
});

// security: WC3
test('ten wrong PINs remove what can be read, also without network; what was recorded arrives once', async () => {
  const profile = await chromium.profile();
  const page = await worker_at_doors(profile, server, 'worker2');
  await ready_for_offline(page);
  await profile.offline(true);
  await tap_all_well(page, 2);
  const rows = await outbox(page);
  await profile.types_pin(page, false);
  await page.reload();
  for (let left = 9; left > 0; left -= 1) {
    await type_wrong(page, left);
    // Switching it off and on again gives no further tries.
    if (left === 5) await page.reload();
  }
  assert.equal(await all_well(page).count(), 0, 'nothing is on the screen before the PIN');
  await type_wrong(page, 0);
  await page.waitForURL(/\/login\?why=pins/);
  await page.getByText('手机密码错的次数太多').waitFor();
  assert_only_sealed(await stored(page), 2);

  await profile.offline(false);
  profile.types_pin(page);
  await log_in(page, server, 'worker2');
  await all_sent(page, 2);
  const officer = await logged_in(server, 'worker2');
  assert.equal((await visits_there(officer, rows)).length, 2);
  await profile.close();
});

// security: WC3
test('after 72 hours without the server what can be read is gone; an hour before it is there', async () => {
  const profile = await chromium.profile();
  const page = await worker_at_doors(profile, server);
  await ready_for_offline(page);
  await profile.offline(true);
  await tap_all_well(page, 1);
  const now = Date.now();
  await page.clock.setFixedTime(now + 71 * kHourMs);
  await page.reload();
  await all_well(page).first().waitFor();
  assert.equal(locks(await stored(page)).length, 1);
  await page.clock.setFixedTime(now + 72 * kHourMs + 60_000);
  await page.reload();
  await page.waitForURL(/\/login\?why=away/);
  assert_only_sealed(await stored(page), 1);
  await profile.close();
});

// security: WC2
test('on a shared phone the next worker sees nothing of the first, whose records wait sealed', async () => {
  const profile = await chromium.profile();
  const page = await worker_at_doors(profile, server);
  await ready_for_offline(page);
  await profile.offline(true);
  await tap_all_well(page, 2);
  const rows = await outbox(page);
  await page.getByRole('link', { name: '我的' }).filter({ visible: true }).first().click();
  await page.getByRole('button', { name: '退出登录' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '仍然退出' }).click();
  await page.waitForURL(/\/login/);
  assert_only_sealed(await stored(page), 2);
  await profile.offline(false);

  await log_in(page, server, 'worker2');
  await all_well(page).first().waitFor();
  await page.goto(`${server.url}/me/outbox`);
  await page.getByText('还没有记录').waitFor();
  await profile.close();
  assert.equal(rows.length, 2);
});

// security: WC3
test('put away for five minutes it asks for the PIN, keeps what was typed, and goes on sending', async () => {
  const profile = await chromium.profile();
  const page = await worker_at_doors(profile, server, 'worker2');
  await ready_for_offline(page);
  await profile.types_pin(page, false);
  const hide = (hidden) =>
    page.evaluate((state) => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden ? 'hidden' : 'visible');
  await page.goto(`${server.url}/doors/add`);
  await pin_field(page).fill(kPin);
  await page.getByLabel('室号', { exact: true }).fill('1203');
  const later = (minutes) =>
    page.evaluate((ms) => {
      const before = Date.now.bind(Date);
      Date.now = () => before() + ms;
    }, minutes * 60_000);
  await hide(true);
  await later(4);
  await hide(false);
  assert.equal(await page.locator('form#pin').count(), 0, 'a short look elsewhere asks nothing');
  await hide(true);
  await later(6);
  await hide(false);
  await pin_field(page).waitFor();
  assert.ok(!(await page.getByLabel('室号', { exact: true }).isVisible()));
  await pin_field(page).fill(kPin);
  await page.getByLabel('室号', { exact: true }).waitFor();
  assert.equal(await page.getByLabel('室号', { exact: true }).inputValue(), '1203');

  // Saved without network, then the app is opened and nobody types the PIN: it is sent all the same.
  await page.goto(`${server.url}/doors`);
  await pin_field(page).fill(kPin);
  await all_well(page).first().waitFor();
  await profile.offline(true);
  await tap_all_well(page, 1);
  await page.reload();
  await pin_field(page).waitFor();
  await profile.offline(false);
  await all_sent(page, 1);
  assert.ok(await pin_field(page).isVisible());
  await profile.close();
});

test('a PIN that anybody would guess, or two that differ, are not taken', async () => {
  const profile = await chromium.profile();
  const { page } = profile;
  await profile.types_pin(page, false);
  await page.goto(`${server.url}/login`);
  await page.locator('input[autocomplete=username]').fill('worker1');
  await page.locator('input[autocomplete=current-password]').fill(installation.password);
  await page.keyboard.press('Enter');
  await pin_field(page).waitFor();
  const again = page.locator('form#pin input').nth(1);
  for (const [first, second, told] of [
    ['12345', '12345', '要 6 位数字'],
    ['111111', '111111', '太容易猜到'],
    ['654321', '654321', '太容易猜到'],
    ['121212', '121212', '太容易猜到'],
    [kPin, kWrong, '两次输的不一样'],
  ]) {
    await pin_field(page).fill(first);
    await again.fill(second);
    await page.keyboard.press('Enter');
    await page.getByText(told).waitFor();
  }
  assert.deepEqual(locks(await stored(page)), []);
  await again.fill(kPin);
  await page.keyboard.press('Enter');
  await all_well(page).first().waitFor();
  assert.equal(locks(await stored(page)).length, 1);

  // Forgotten: the way out says what stays and what goes, and leads to the log-in.
  await page.reload();
  await page.getByRole('button', { name: '忘了密码' }).click();
  await page.getByRole('button', { name: '清除并重新登录' }).click();
  await page.waitForURL(/\/login/);
  assert_only_sealed(await stored(page), 0);
  await profile.close();
});
