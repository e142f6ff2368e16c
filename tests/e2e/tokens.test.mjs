// SPDX-License-Identifier: Apache-2.0
// API tokens on the screen: an officer makes one, sees it once, a program uses it, and it ends where it
// is revoked: by its owner, or by who lets people in.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, logged_in, uuid } from '../support/client.mjs';
import { Installation } from '../support/server.mjs';
import { until } from '../support/until.mjs';
import { Chromium, desktop } from './browser.mjs';
import { settled } from './inspect.mjs';
import { look_at_all, press, small_first } from './look.mjs';
import { log_in, outbox } from './screens.mjs';

const kAtOnceMs = 1_000;
let installation, server, chromium, owner, secret;
before(async () => {
  installation = new Installation();
  [server, chromium] = await Promise.all([installation.serve(), Chromium.start()]);
  owner = await chromium.profile({ viewport: desktop });
  await log_in(owner.page, server, 'county');
});
after(async () => {
  await chromium?.close();
  await server?.stop();
  installation?.remove();
});

const as_program = (token) =>
  new Client(server.url).request('GET', '/api/v1/reporting/board?region=320508', { headers: { authorization: `Bearer ${token}` } });
const refused = (token) => until('the token is refused', async () => (await as_program(token)).json?.name === 'token_invalid', kAtOnceMs);
async function fill(page, name) {
  const form = page.getByRole('dialog', { name: '做一个令牌' });
  await form.getByLabel('名称').fill(name);
  await form.getByLabel('做什么用').fill('每天早上取数字');
  await form.getByRole('checkbox', { name: /看数字/ }).click();
  await form.getByRole('button', { name: '做好' }).click();
}
async function make(page, name) {
  await press(page, /^做一个令牌/);
  await fill(page, name);
  const dialog = page.getByRole('dialog', { name: `令牌“${name}”` });
  const text = (await dialog.locator('.token').first().innerText()).trim();
  await dialog.getByRole('button', { name: '已放好，关上' }).click();
  return text;
}

// security: TK1
test('given_an_officer_when_a_token_is_made_then_it_is_shown_once_and_opens_figures', async () => {
  const { page } = owner;
  await page.goto(`${server.url}/me`);
  await page.getByRole('link', { name: /接口令牌/ }).click();
  await page.getByRole('heading', { name: '接口令牌' }).waitFor();
  await page.getByText('还没有令牌').waitFor();
  await press(page, /^做一个令牌/);
  const form = page.getByRole('dialog', { name: '做一个令牌' });
  await form.getByRole('button', { name: '做好' }).click();
  await form.getByText('请至少选一样').waitFor();
  assert.ok((await form.getByText('没有填').count()) >= 2, 'what is missing is told at its field');
  await form.getByLabel('有效天数').fill('91');
  await fill(page, '统计程序');
  await form.getByText('要在 1 到 90 之间').waitFor();
  await form.getByLabel('有效天数').fill('90');
  await form.getByRole('button', { name: '做好' }).click();
  const dialog = page.getByRole('dialog', { name: '令牌“统计程序”' });
  secret = (await dialog.locator('.token').first().innerText()).trim();
  assert.match(secret, /^wangdi_[0-9a-f]{64}$/);
  await dialog.getByText(`Authorization: Bearer ${secret}`).waitFor();
  await dialog.getByRole('button', { name: '已放好，关上' }).click();

  assert.equal((await as_program(secret)).status, 200);
  await page.reload();
  await page.getByText('统计程序').first().waitFor();
  assert.ok(!(await page.locator('body').innerText()).includes(secret));
  assert.ok(!JSON.stringify(await outbox(page)).includes(secret), 'wiped from this device');
});

// security: TK1
test('given_a_token_when_its_owner_revokes_it_then_it_ends_within_a_second', async () => {
  const { page } = owner;
  const row = page.getByRole('listitem').filter({ hasText: '统计程序' });
  await row.getByRole('button', { name: /收回/ }).click();
  const asked = page.getByRole('dialog', { name: '收回“统计程序”' });
  const applied = page.waitForResponse((answer) => answer.url().endsWith('/api/v1/commands'));
  await asked.getByRole('button', { name: '收回', exact: true }).click();
  assert.equal((await (await applied).json()).results[0].status, 'applied');
  await refused(secret);
  await row.getByText('已收回').waitFor();
  assert.equal(await row.getByRole('button').count(), 0);
});

// security: AZ6
test('given_somebody_elses_token_when_the_security_administrator_revokes_it_then_it_ends', async () => {
  const token = await make(owner.page, '第二个程序');
  assert.equal((await as_program(token)).status, 200);
  const { page } = await chromium.profile({ viewport: desktop });
  await log_in(page, server, 'security');
  const row = page.getByRole('row').filter({ hasText: 'county' }).first();
  await row.getByRole('button', { name: /令牌/ }).click();
  const dialog = page.getByRole('dialog', { name: /的接口令牌/ });
  await dialog.getByRole('listitem').filter({ hasText: '第二个程序' }).getByRole('button', { name: /收回/ }).click();
  await page.getByRole('dialog', { name: '收回“第二个程序”' }).getByRole('button', { name: '收回', exact: true }).click();
  await refused(token);
  await dialog.getByText('已收回').first().waitFor();
});

// security: SE5
test('given_a_log_in_that_is_not_fresh_when_a_token_is_made_then_the_person_is_asked_again', async () => {
  const { port } = server;
  await server.stop();
  server = await installation.serve({ port }); // it has forgotten who proved what
  const { page } = owner;
  await page.goto(`${server.url}/me/tokens`);
  await press(page, /^做一个令牌/);
  await fill(page, '第三个程序');
  const asked = page.getByRole('dialog', { name: '再核对一次是不是您本人' });
  await asked.getByText('令牌能替您取数字').waitFor();
  await asked.locator('input[autocomplete=current-password]').fill(installation.password);
  await asked.locator('input[autocomplete=current-password]').press('Enter');
  await page.getByRole('dialog', { name: '令牌“第三个程序”' }).waitFor();
});

test('every page of tokens', async () => {
  const client = await logged_in(server, 'township');
  const region = client.account.region.code;
  for (const name of ['一个名字很长很长的统计程序', 'program-of-the-office-for-figures']) {
    const body = { token: uuid(), name, purpose: '每天早上八点取数字，给街道的大屏用', uses: ['figures', 'places', 'cut_offs'], region, days: 30 };
    assert.equal((await client.one('accounts.make_token', region, body)).status, 'applied');
  }
  const begin = (page) => press(page, /^(做一个令牌|Make a token)/);
  const pages = [
    ['tokens', '/me/tokens'],
    ['token_form', '/me/tokens', begin],
    [
      'token_form_errors',
      '/me/tokens',
      async (page) => {
        await begin(page);
        await press(page, /^(做好|Make it)$/);
      },
    ],
    ['token_revoke', '/me/tokens', (page) => press(page, /^(收回|Revoke)/)],
    [
      'token_shown',
      '/me/tokens',
      async (page) => {
        await begin(page);
        const form = page.getByRole('dialog');
        const texts = form.getByRole('textbox');
        await texts.nth(0).fill('程序');
        await texts.nth(1).fill('测试');
        await form.getByRole('checkbox').first().click();
        await press(page, /^(做好|Make it)$/);
        await page.locator('.token').first().waitFor();
        await settled(page);
      },
    ],
  ];
  await look_at_all({ server, chromium, account: 'township', pages, sizes: small_first });
  const other = (page) => press(page, /^(令牌|Tokens)/);
  const lists = [['accounts_security', '/accounts'], ['tokens_of_other', '/accounts', other]];
  await look_at_all({ server, chromium, account: 'security', pages: lists, sizes: small_first });
});
