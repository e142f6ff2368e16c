// SPDX-License-Identifier: Apache-2.0
// One-time codes as an officer of a real installation meets them: nothing opens before they are set
// up, a log-in takes a code once, a recovery code once, and an export asks again who is there.
import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { logged_in, uuid } from '../support/client.mjs';
import { Authenticator } from '../support/one_time_code.mjs';
import { PhoneKey } from '../support/phone_key.mjs';
import { Installation } from '../support/server.mjs';
import { Chromium, desktop, phone } from './browser.mjs';
import { axe_findings, dress, overflow_findings, settled } from './inspect.mjs';
import { look_at_all, press, small_first } from './look.mjs';
import { all_sent, kGrid, log_in, outbox, put_row } from './screens.mjs';

const kWrong = '000000';
let installation, server, chromium, profile, page, authenticator, codes;
before(async () => {
  installation = new Installation();
  rmSync(join(installation.data, 'DEMO')); // a demo asks nobody
  [server, chromium] = await Promise.all([installation.serve(), Chromium.start()]);
  profile = await chromium.profile({ viewport: desktop });
  page = profile.page;
});
after(async () => {
  await chromium?.close();
  await server?.stop();
  installation?.remove();
});

const code_field = (at) => at.locator('input[autocomplete=one-time-code]');
const error = (at) => at.locator('.err').filter({ visible: true });
async function enter(field, text) {
  await field.fill(text);
  await field.press('Enter');
}
async function log_out() {
  await page.locator('.side a[href="/me"]').click();
  await page.getByRole('button', { name: '退出登录' }).click();
  await page.waitForURL((url) => url.pathname === '/login');
}
async function to_second_step(at, account) {
  if (new URL(at.url()).pathname !== '/login') await at.goto(`${server.url}/login`);
  await at.locator('input[autocomplete=username]').fill(account);
  await enter(at.locator('input[autocomplete=current-password]'), installation.password);
  await code_field(at).waitFor();
}
const on_board = () => page.waitForURL((url) => url.pathname.startsWith('/board'));
// The secret as the page shows it, in fours.
const secret_of = async (at) => (await at.locator('output').innerText()).replaceAll(' ', '');
async function to_secret(at) {
  await enter(at.locator('input[autocomplete=current-password]'), installation.password);
  await at.locator('.qr').waitFor();
}

// Everything this origin keeps on the device.
function all_kept(at) {
  return at.evaluate(async () => {
    const kept = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })];
    for (const { name } of await indexedDB.databases()) {
      const database = await new Promise((done, fail) => {
        const opening = indexedDB.open(name);
        opening.onsuccess = () => done(opening.result);
        opening.onerror = () => fail(opening.error);
      });
      for (const store of database.objectStoreNames) {
        const all = database.transaction(store).objectStore(store).getAll();
        kept.push(await new Promise((done) => (all.onsuccess = () => done(JSON.stringify(all.result)))));
      }
      database.close();
    }
    for (const name of await caches.keys())
      for (const { url } of await (await caches.open(name)).keys()) kept.push(url);
    return kept.join('\n');
  });
}

// security: AU2
test('given_an_officer_without_codes_when_logged_in_then_nothing_but_setting_them_up_opens', async () => {
  await log_in(page, server, 'officer');
  for (const path of ['/board', '/households', '/accounts']) {
    await page.goto(server.url + path);
    await page.getByRole('heading', { name: '先开通动态口令' }).waitFor();
    assert.equal(new URL(page.url()).pathname, '/me/factor');
  }
  // What was saved before waits.
  const worker = await logged_in(server, 'worker1');
  await PhoneKey.enrolled(worker);
  const { doors } = (await worker.get(`/api/v1/screening/doors?grid=${kGrid}`)).json;
  const { household } = doors.find(({ status }) => status === 'due');
  const body = { visit: uuid(), household, outcome: 'all_well' };
  await put_row(page, { id: uuid(), type: 'screening.record_visit', body, device_sequence: 9001 });
  await page.reload();
  await page.getByText('1 条在手机里').first().waitFor();
  // The way out, the language and the large letters are open.
  await page.locator('.factor .back').click();
  await page.getByText('要先开通，别的才能用').waitFor();
  const [row] = await outbox(page);
  assert.deepEqual([row.state, row.attempts], ['queued', 0], 'nobody knocks at a closed door');
  await page.getByRole('link', { name: /动态口令/ }).click();
});

// security: AU2
test('given_the_steps_when_followed_then_codes_are_set_up_and_nothing_of_them_is_kept', async () => {
  const password = page.locator('input[autocomplete=current-password]');
  await enter(password, 'not the password');
  await error(page).getByText('密码不对').waitFor();
  await to_secret(page);
  authenticator = new Authenticator(await secret_of(page));
  // Only on the phone itself does the address of the app help, yet it has to say the same.
  const address = new URL(await page.locator('a[href^="otpauth:"]').getAttribute('href'));
  assert.equal(address.searchParams.get('secret'), authenticator.secret);

  await enter(code_field(page), kWrong);
  await error(page).getByText('动态口令不对').waitFor();
  await enter(code_field(page), await authenticator.next());
  await page.getByRole('heading', { name: '把备用码记下来' }).waitFor();
  codes = await page.locator('.recovery li').allInnerTexts();
  assert.equal(new Set(codes).size, 10);

  await page.locator('.side a[href="/board"]').click();
  await page.getByText('请先记下备用码').waitFor();
  assert.equal(new URL(page.url()).pathname, '/me/factor', 'codes that are shown once are not lost by a tap');
  const kept = await all_kept(page);
  for (const text of [authenticator.secret, ...codes]) assert.ok(!kept.includes(text), 'kept on the device');
  await page.getByRole('button', { name: '我已经记下了' }).click();
  await on_board();
  await page.locator('.covbig .reading').first().waitFor();
  await all_sent(page, 1);
});

// security: AU2
test('given_codes_when_logging_in_then_each_is_taken_once', async () => {
  await log_out();
  await to_second_step(page, 'officer');
  assert.equal(await page.evaluate(() => document.activeElement.autocomplete), 'one-time-code');
  await page.getByText('账号 officer').waitFor();
  await enter(code_field(page), kWrong);
  await error(page).getByText('动态口令不对').waitFor();
  const code = await authenticator.next();
  await enter(code_field(page), `${code.slice(0, 3)} ${code.slice(3)}`);
  await on_board();

  await log_out();
  await to_second_step(page, 'officer');
  await enter(code_field(page), code);
  await error(page).getByText('已经用过').waitFor();
  await page.getByRole('button', { name: '换个账号' }).click();
  assert.equal(await page.locator('input[autocomplete=username]').inputValue(), 'officer');
  await page.getByRole('button', { name: '登录', exact: true }).click();
  await code_field(page).waitFor();
});

// security: AU2
test('given_a_lost_phone_when_logging_in_then_a_recovery_code_opens_once', async () => {
  const by_recovery = async (code) => {
    await page.getByRole('button', { name: '手机不在身边，用备用码' }).click();
    await enter(page.getByLabel('备用码', { exact: true }), code);
  };
  await by_recovery(codes[0]);
  await on_board();
  await log_out();
  await to_second_step(page, 'officer');
  await by_recovery(codes[0]);
  await error(page).getByText('已经用过').waitFor();
  await enter(page.getByLabel('备用码', { exact: true }), codes[1].toLowerCase().replace('-', ' '));
  await on_board();
});

test('given_a_session_that_ended_when_logging_in_again_then_the_second_step_leads_back', async () => {
  await page.context().clearCookies();
  await page.locator('.side a[href="/indicators"]').click();
  await page.getByText('请重新登录').waitFor();
  await page.getByRole('link', { name: '登录' }).click();
  await to_second_step(page, 'officer');
  await enter(code_field(page), await authenticator.next());
  await page.waitForURL((url) => url.pathname === '/indicators');
});

// security: SE5
test('given_a_log_in_that_is_not_fresh_when_exporting_then_a_code_is_asked_for_and_the_file_comes', async (t) => {
  const { port } = server;
  await server.stop();
  server = await installation.serve({ port }); // it has forgotten who proved what
  await page.goto(`${server.url}/import`);
  await press(page, /^导出名册/);
  const form = page.getByRole('dialog', { name: /名册/ });
  await form.getByRole('radio').first().click();
  await form.getByRole('button', { name: '导出', exact: true }).click();
  const asked = page.getByRole('dialog', { name: '再核对一次是不是您本人' });
  await asked.waitFor();
  await t.test('its look', async () => {
    for (const [width, size] of [['large', desktop], ['small', phone], ['narrow', { width: 320, height: 640 }]]) {
      await page.setViewportSize(size);
      for (const theme of ['light', 'dark']) {
        for (const elder of [false, true]) {
          await dress(page, { theme, elder });
          const found = [...(await axe_findings(page)), ...(await overflow_findings(page))];
          assert.deepEqual(found, [], `${width} ${theme} ${elder ? 'elder' : ''}`);
        }
      }
    }
    await page.setViewportSize(desktop);
  });
  await enter(code_field(asked), kWrong);
  await error(asked).getByText('动态口令不对').waitFor();
  const code = await authenticator.next();
  const coming = page.waitForEvent('download');
  await enter(code_field(asked), code);
  const file = await coming;
  assert.match(file.suggestedFilename(), /\.xlsx$/);
  assert.equal(readFileSync(await file.path()).subarray(0, 2).toString(), 'PK');
  await form.waitFor({ state: 'hidden' });
});

// Both languages have an account of their own, since setting up ends an account's other sessions.
test('every page of one-time codes', () => {
  const accounts = ['county', 'township'];
  const filled = (at) => enter(at.locator('input[autocomplete=current-password]'), installation.password);
  const pages = async ({ page: at }) => {
    const account = accounts.shift();
    await log_in(at, server, account);
    const wrong = async () => {
      await enter(code_field(at), kWrong);
      await error(at).waitFor();
    };
    const second_step = () => to_second_step(at, account);
    return [
      ['factor_first', '/me/factor'],
      ['factor_errors', '/me/factor', () => press(at, /^(开始|Begin)$/)],
      ['factor_secret', '/me/factor', () => to_secret(at)],
      ['factor_code_wrong', '/me/factor', async () => to_secret(at).then(wrong)],
      [
        'recovery_codes',
        '/me/factor',
        async () => {
          await to_secret(at);
          await enter(code_field(at), await new Authenticator(await secret_of(at)).next());
          await at.locator('.recovery').waitFor();
        },
      ],
      ['factor_again', '/me/factor', () => settled(at)],
      ['factor_again_errors', '/me/factor', async () => filled(at).then(() => error(at).waitFor())],
      ['login_code', '/login', second_step],
      ['login_code_wrong', '/login', async () => second_step().then(wrong)],
      [
        'login_recovery',
        '/login',
        async () => second_step().then(() => press(at, /^(手机不在身边|No phone at hand)/)),
      ],
    ];
  };
  return look_at_all({ server, chromium, pages, sizes: small_first });
});
