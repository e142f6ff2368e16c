// SPDX-License-Identifier: Apache-2.0
// A grid worker's phone as second factor, as its owner meets it: enrolled with the PIN, needed at each
// log-in, another phone by a code, removed, closed, without network, and a PIN that is forgotten
// (security.md AU2, SE3).
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Client, uuid } from '../support/client.mjs';
import { Authenticator } from '../support/one_time_code.mjs';
import { Installation } from '../support/server.mjs';
import { until } from '../support/until.mjs';
import { Chromium, kPin } from './browser.mjs';
import { look_at_all, press, small_first } from './look.mjs';
import {
  all_sent,
  all_well,
  in_database,
  kGrid,
  outbox,
  ready_for_offline,
  tap_all_well,
} from './screens.mjs';

const kWrong = '135791';
const kNewPin = '470183';
let installation, server, chromium, officer;
before(async () => {
  installation = new Installation();
  rmSync(join(installation.data, 'DEMO')); // a demo asks nobody
  [server, chromium] = await Promise.all([installation.serve(), Chromium.start()]);
  officer = await with_codes('officer');
});
after(async () => {
  await chromium?.close();
  await server?.stop();
  installation?.remove();
});

// An officer of a real installation has one-time codes.
async function with_codes(account) {
  const client = new Client(server.url);
  await client.log_in(account, installation.password);
  const offer = await client.post('/api/v1/session/factor', { password: installation.password });
  const code = await new Authenticator(offer.json.secret).next();
  const confirmed = await client.post('/api/v1/session/factor/confirm', { code });
  assert.equal(confirmed.status, 200, confirmed.text);
  return client;
}
// A grid worker of their own for each test, with the password of all.
let serial = 0;
async function worker() {
  const name = `phone-${(serial += 1)}`;
  const account = uuid();
  const body = { account, name, display_name: `测试${serial}`, role: 'grid_worker', region: kGrid };
  const opened = await officer.one('accounts.open', kGrid, body);
  assert.equal(opened.status, 'applied', JSON.stringify(opened));
  const client = new Client(server.url);
  const { first_secret } = opened.answer;
  client.csrf = (await client.post('/api/v1/session', { account: name, password: first_secret })).json.csrf;
  const set = await client.post('/api/v1/session/password', { current: first_secret, next: installation.password });
  assert.equal(set.status, 200, set.text);
  return { name, account };
}

const pin_field = (page) => page.locator('form#pin input').first();
const login_pin = (page) => page.locator('#login-pin');
const code_field = (page) => page.getByLabel('登记码');
async function enter_password(page, name, password = installation.password) {
  if (!page.url().startsWith(`${server.url}/login`)) await page.goto(`${server.url}/login`);
  await page.locator('input[autocomplete=username]').fill(name);
  await page.locator('#login input[autocomplete=current-password]').fill(password);
  await page.keyboard.press('Enter');
}
const at_doors = (page) => all_well(page).first().waitFor();
async function choose_pin(page, pin = kPin) {
  await pin_field(page).waitFor();
  await page.locator('form#pin input').nth(1).fill(pin);
  await pin_field(page).fill(pin);
  await pin_field(page).press('Enter');
}
async function phone_of_its_own() {
  const profile = await chromium.profile();
  await profile.types_pin(profile.page, false);
  return profile;
}
// The first log-in of a worker on a phone: its PIN is set, it is enrolled.
async function enrolled(profile, name) {
  await enter_password(profile.page, name);
  await choose_pin(profile.page);
  await at_doors(profile.page);
  return profile.page;
}
async function log_out(page) {
  await page.goto(`${server.url}/me`);
  await pin_field(page).fill(kPin);
  await page.getByRole('button', { name: '退出登录' }).click();
  await page.waitForURL(/\/login/);
}
async function open_page(page, path) {
  await page.goto(`${server.url}${path}`);
  await pin_field(page).fill(kPin);
}
const meta_of = (page) =>
  in_database(page, (database, done, fail) => {
    const all = database.transaction('meta').objectStore('meta').getAll();
    all.onerror = () => fail(all.error);
    all.onsuccess = () => done(all.result.map(({ key, value }) => [key, value?.key ?? '', value?.entered_at ?? 0]));
  });
const cache_size = (page) =>
  in_database(page, (database, done, fail) => {
    const all = database.transaction('cache').objectStore('cache').count();
    all.onerror = () => fail(all.error);
    all.onsuccess = () => done(all.result);
  });
const kept = async (page, kind) => (await meta_of(page)).filter(([key]) => key.startsWith(`${kind}:`));
async function only_password(name) {
  const client = new Client(server.url);
  const answer = await client.post('/api/v1/session', { account: name, password: installation.password });
  return answer.json.name ?? answer.status;
}
async function code_of(page) {
  await open_page(page, '/me/phones');
  await page.getByRole('button', { name: '添加手机' }).click();
  const dialog = page.getByRole('dialog', { name: '添加一台手机' });
  await dialog.locator('input').fill(installation.password);
  await page.keyboard.press('Enter');
  const code = await dialog.locator('output').innerText();
  assert.match(await dialog.getByText('分钟内有效').innerText(), /^(9|10) /);
  return code;
}
async function enter_by_code(page, name, code) {
  await enter_password(page, name);
  await code_field(page).fill(code);
  await code_field(page).press('Enter');
}

// security: AU2
test('given_a_first_log_in_when_the_pin_is_set_then_the_phone_is_enrolled_and_a_password_alone_opens_nothing', async () => {
  const { name, account } = await worker();
  const profile = await phone_of_its_own();
  const { page } = profile;
  await enter_password(page, name);
  await pin_field(page).waitFor();
  await page.getByText('这台手机会登记在您名下').waitFor();
  assert.equal(await only_password(name), 200, 'until then');
  await choose_pin(page);
  await at_doors(page);
  assert.equal(await only_password(name), 'device_key_required');
  const [[key, id, entered_at]] = await kept(page, 'device');
  assert.equal(key, `device:${account}`);
  assert.ok(id.length === 22 && entered_at > 0);
  await tap_all_well(page, 1);
  await all_sent(page, 1);

  // Logged out and in again: password, then one PIN, and nothing asks for it a second time.
  await log_out(page);
  assert.deepEqual([(await kept(page, 'lock')).length, (await kept(page, 'device')).length], [0, 1]);
  await enter_password(page, name);
  await login_pin(page).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'login-pin');
  await login_pin(page).fill(kPin);
  await at_doors(page);
  assert.equal(await page.locator('form#pin').count(), 0);
  // The new read key is under the same PIN.
  await page.reload();
  await pin_field(page).fill(kPin);
  await at_doors(page);
  assert.deepEqual([profile.violations, profile.errors], [[], []]);
  await profile.close();
});

// security: AU2, WC3
test('given_wrong_pins_at_the_log_in_when_ten_then_the_key_goes_and_a_code_of_another_phone_is_asked_for', async () => {
  const { name } = await worker();
  const [first, second] = [await phone_of_its_own(), await phone_of_its_own()];
  await enrolled(first, name);
  await enter_by_code(second.page, name, await code_of(first.page));
  await choose_pin(second.page);
  await at_doors(second.page);
  const { page } = first;
  await log_out(page);
  await enter_password(page, name);
  for (let left = 9; left > 0; left -= 1) {
    await login_pin(page).fill(kWrong);
    await page.getByText(`还能试 ${left} 次`).waitFor();
    // Coming back gives no further tries.
    if (left === 5) {
      await page.goto(`${server.url}/login`);
      await enter_password(page, name);
    }
  }
  await login_pin(page).fill(kWrong);
  await page.getByText('手机密码错的次数太多，这台手机要重新登记').waitFor();
  await page.getByText('请找社区管理员重设账号').first().waitFor();
  assert.deepEqual(await kept(page, 'device'), []);

  await code_field(page).fill(await code_of(second.page));
  await code_field(page).press('Enter');
  await choose_pin(page, kNewPin);
  await at_doors(page);
  // The key that nobody can open any more is off the list.
  await until('two phones are left', async () => {
    await second.page.goto(`${server.url}/me/phones`);
    await pin_field(second.page).fill(kPin);
    await second.page.locator('.phones li').first().waitFor();
    return (await second.page.locator('.phones li').count()) === 2;
  });
  await first.close();
  await second.close();
});

// security: AU2, WC3
test('given_ten_wrong_pins_before_the_records_then_the_phones_own_key_goes_too', async () => {
  const { name } = await worker();
  const profile = await phone_of_its_own();
  const page = await enrolled(profile, name);
  await page.reload();
  for (let left = 9; left > 0; left -= 1) {
    await pin_field(page).fill(kWrong);
    await page.getByText(`还能试 ${left} 次`).waitFor();
  }
  await pin_field(page).fill(kWrong);
  await page.waitForURL(/\/login\?why=pins/);
  await page.getByText('这台手机要重新登记').waitFor();
  assert.deepEqual([await kept(page, 'device'), await kept(page, 'lock'), await cache_size(page)], [[], [], 0]);
  await enter_password(page, name);
  await code_field(page).waitFor();
  await profile.close();
});

// security: AU2, SE3
test('given_a_second_phone_when_it_removes_the_first_then_that_one_wipes_at_its_next_contact_and_loses_no_record', async () => {
  const { name } = await worker();
  const [first, second] = [await phone_of_its_own(), await phone_of_its_own()];
  await enrolled(first, name);
  const code = await code_of(first.page);
  await first.page.goto(`${server.url}/doors`);
  await pin_field(first.page).fill(kPin);
  await at_doors(first.page);
  await ready_for_offline(first.page);
  await first.offline(true);
  await tap_all_well(first.page, 2);
  assert.ok((await cache_size(first.page)) > 0);

  await enter_by_code(second.page, name, code);
  await choose_pin(second.page);
  await at_doors(second.page);
  await open_page(second.page, '/me/phones');
  const rows = second.page.locator('.phones li');
  await until('both phones are there', async () => (await rows.count()) === 2);
  await rows.filter({ hasText: '另一台手机' }).getByRole('button', { name: '移除' }).click();
  await second.page.getByRole('dialog').getByRole('button', { name: '移除', exact: true }).click();
  await until('one phone is left', async () => (await rows.count()) === 1);
  // The last one stays.
  await rows.getByRole('button', { name: '移除' }).click();
  await second.page.getByRole('dialog').getByRole('button', { name: '移除', exact: true }).click();
  await second.page.getByText('这是最后一台已登记的手机').waitFor();

  await first.offline(false);
  const { page } = first;
  await page.waitForURL(/\/login\?why=removed/);
  await page.getByText('这台手机已被移除').waitFor();
  assert.deepEqual([await kept(page, 'device'), await kept(page, 'lock'), await cache_size(page)], [[], [], 0]);
  const waiting = await outbox(page);
  assert.ok(waiting.length === 2 && waiting.every(({ is_sealed, label, body }) => is_sealed && !label && !body));
  await enter_by_code(page, name, await code_of(second.page));
  await choose_pin(page);
  await all_sent(page, 2);
  await first.close();
  await second.close();
});

// security: SE3
test('given_an_account_that_is_moved_or_closed_when_its_phone_comes_back_then_it_forgets_what_it_was_told_to', async () => {
  const { name, account } = await worker();
  const profile = await phone_of_its_own();
  const page = await enrolled(profile, name);
  await ready_for_offline(page);
  await profile.offline(true);
  await tap_all_well(page, 1);
  const moved = await officer.one('accounts.move', kGrid, { account, role: 'grid_worker', region: kGrid });
  assert.equal(moved.status, 'applied', JSON.stringify(moved));
  await profile.offline(false);
  await page.waitForURL(/\/login\?why=changed/);
  await page.getByText('您的岗位、辖区或密码变了').waitFor();
  assert.deepEqual([(await kept(page, 'device')).length, await kept(page, 'lock'), await cache_size(page)], [1, [], 0]);
  // The phone itself is still good.
  await enter_password(page, name);
  await login_pin(page).fill(kPin);
  await all_sent(page, 1);

  await profile.offline(true);
  const closed = await officer.one('accounts.close', kGrid, { account, reason: '测试' });
  assert.equal(closed.status, 'applied', JSON.stringify(closed));
  await profile.offline(false);
  await page.waitForURL(/\/login\?why=removed/);
  assert.deepEqual([await kept(page, 'device'), await kept(page, 'lock'), await cache_size(page)], [[], [], 0]);
  await profile.close();
});

// security: AU2
test('given_no_network_when_the_pin_is_set_then_it_works_on_and_the_phone_is_enrolled_when_it_is_back', async () => {
  const { name } = await worker();
  const profile = await phone_of_its_own();
  const { page } = profile;
  await enter_password(page, name);
  await pin_field(page).waitFor();
  await profile.offline(true);
  await choose_pin(page);
  await page.locator('form#pin').waitFor({ state: 'detached' });
  const [[, id, entered_at]] = await kept(page, 'device');
  assert.equal(entered_at, 0);
  assert.equal(await only_password(name), 200, 'the server knows nothing of it');
  await profile.offline(false);
  await until('it is enrolled', async () => (await kept(page, 'device'))[0]?.[2] > 0);
  assert.equal((await kept(page, 'device'))[0][1], id);
  assert.equal(await only_password(name), 'device_key_required');
  await page.goto(`${server.url}/doors`);
  await pin_field(page).fill(kPin);
  await at_doors(page);
  await profile.close();
});

// security: AU2
test('given_a_pin_of_before_when_a_second_factor_is_asked_for_then_the_next_right_pin_enrols_and_nothing_waits_in_vain', async () => {
  const { name } = await worker();
  writeFileSync(join(installation.data, 'DEMO'), '');
  const { port } = server;
  await server.stop();
  server = await installation.serve({ port });
  const profile = await phone_of_its_own();
  const { page } = profile;
  await enter_password(page, name);
  await choose_pin(page);
  await at_doors(page);
  await ready_for_offline(page);
  assert.deepEqual(await kept(page, 'device'), [], 'a demo asks for none');
  rmSync(join(installation.data, 'DEMO'));
  await server.stop();
  // The page stays open; what it sends is refused until the PIN was typed once more.
  await tap_all_well(page, 2);
  server = await installation.serve({ port });
  await pin_field(page).waitFor();
  const rows = await outbox(page);
  assert.ok(rows.length === 2 && rows.every(({ state, problem }) => state === 'queued' && !problem));
  await pin_field(page).fill(kPin);
  await all_sent(page, 2);
  assert.equal((await kept(page, 'device')).length, 1);
  assert.equal(await only_password(name), 'device_key_required');
  await profile.close();
});

// security: AU2, WC3
test('given_a_forgotten_pin_when_logged_in_then_the_password_sets_a_new_one_and_records_arrive', async () => {
  const { name } = await worker();
  const profile = await phone_of_its_own();
  const page = await enrolled(profile, name);
  const [[, before]] = await kept(page, 'device');
  await ready_for_offline(page);
  await profile.offline(true);
  await tap_all_well(page, 1);
  await page.reload();
  await page.getByRole('button', { name: '忘了密码' }).click();
  const password = page.locator('.pingate input[autocomplete=current-password]');
  await password.fill(installation.password);
  await page.getByRole('button', { name: '清除并重设手机密码' }).click();
  await page.getByText('重设手机密码要有网络').waitFor();
  assert.equal((await kept(page, 'device'))[0][1], before, 'nothing went yet');
  await profile.offline(false);
  await password.fill('not the password');
  await page.getByRole('button', { name: '清除并重设手机密码' }).click();
  await page.locator('.pingate .err').getByText('密码不对').waitFor();
  await password.fill(installation.password);
  await page.getByRole('button', { name: '清除并重设手机密码' }).click();
  await choose_pin(page, kNewPin);
  await at_doors(page);
  await all_sent(page, 1);
  const [[, now]] = await kept(page, 'device');
  assert.notEqual(now, before);
  await page.goto(`${server.url}/me/phones`);
  await pin_field(page).fill(kNewPin);
  await until('the old key is off the list', async () => (await page.locator('.phones li').count()) === 1);
  await profile.close();
});

// security: AU2
test('given_a_phone_without_its_key_when_the_administrator_resets_then_it_begins_anew', async () => {
  const { name, account } = await worker();
  const profile = await phone_of_its_own();
  const page = await enrolled(profile, name);
  await log_out(page);
  await enter_password(page, name);
  await page.getByRole('button', { name: '忘了手机密码' }).click();
  await code_field(page).fill('ABCD-EFGH');
  await code_field(page).press('Enter');
  await page.locator('.err').getByText('登记码不对').waitFor();
  const reset = await officer.one('accounts.reset', kGrid, { account });
  assert.equal(reset.status, 'applied', JSON.stringify(reset));
  await page.goto(`${server.url}/login`);
  await enter_password(page, name, reset.answer.first_secret);
  await page.waitForURL(/\/me\/password/);
  const fields = page.locator('input[type=password]');
  await fields.nth(0).fill(reset.answer.first_secret);
  for (const nth of [1, 2]) await fields.nth(nth).fill(installation.password);
  await page.keyboard.press('Enter');
  await choose_pin(page, kNewPin);
  await at_doors(page);
  assert.equal((await kept(page, 'device')).length, 1);
  assert.equal(await only_password(name), 'device_key_required');
  await profile.close();
});

// Both languages have a worker of their own.
test('every page of phones', () => {
  const pages = async (profile) => {
    const { page } = profile;
    const [{ name }, { name: another }] = [await worker(), await worker()];
    await enter_password(page, name);
    await at_doors(page);
    const filled = async (at, field) => {
      await field.fill(installation.password);
      await at.keyboard.press('Enter');
    };
    const second_step = async (at) => {
      await enter_password(at, name);
      await login_pin(at).waitFor();
    };
    const add = (at) => press(at, /^(添加手机|Add a phone)$/);
    return [
      ['phones', '/me/phones', (at) => at.locator('.phones li').waitFor()],
      ['phones_add', '/me/phones', add],
      [
        'phones_code',
        '/me/phones',
        async (at) => {
          await add(at);
          await filled(at, at.getByRole('dialog').locator('input'));
          await at.locator('.phone-code').waitFor();
        },
      ],
      ['phones_remove', '/me/phones', (at) => at.locator('.phones .btn').first().click()],
      [
        'phones_last',
        '/me/phones',
        async (at) => {
          await at.locator('.phones .btn').first().click();
          await at.getByRole('dialog').locator('.btn.stop').click();
          await at.getByRole('dialog').locator('.banner.stop').waitFor();
        },
      ],
      ['login_removed', '/login?why=removed&key=1', (at) => at.locator('.banner').first().waitFor()],
      ['login_pin', '/login', second_step],
      [
        'login_pin_wrong',
        '/login',
        async (at) => {
          await second_step(at);
          await login_pin(at).fill(kWrong);
          await at.locator('#login-pin-error').waitFor();
        },
      ],
      [
        'login_phone_code',
        '/login',
        async (at) => second_step(at).then(() => press(at, /^(忘了手机密码|Forgot PIN)$/)),
      ],
      [
        'pin_forgotten',
        '/doors',
        async (at) => {
          await profile.types_pin(at, false);
          await at.reload();
          await press(at, /^(忘了密码|Forgot PIN)$/);
          await at.locator('.pingate input[autocomplete=current-password]').waitFor();
        },
      ],
      [
        'pin_enrols',
        '/login',
        async (at) => {
          await enter_password(at, another);
          await pin_field(at).waitFor();
        },
      ],
    ];
  };
  return look_at_all({ server, chromium, pages, sizes: small_first });
});
