// SPDX-License-Identifier: Apache-2.0
// The life of an account: opened by the system administrator, let in by the security administrator with
// a first secret that is shown once, a password of its owner's own, work, and the end of everything
// within a second when it is closed.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from '../support/client.mjs';
import { Proxy } from '../support/proxy.mjs';
import { Installation } from '../support/server.mjs';
import { until } from '../support/until.mjs';
import { Chromium, desktop } from './browser.mjs';
import { log_in, outbox } from './screens.mjs';

const kName = 'wang.xin';
const kOwn = 'quiet-harbor-9-lantern';
const kAtOnceMs = 1_000;

let installation, server, proxy, chromium, admin, security, owner, secret;
before(async () => {
  installation = new Installation();
  [server, chromium] = await Promise.all([installation.serve(), Chromium.start()]);
  proxy = await Proxy.before(server);
  admin = await chromium.profile({ viewport: desktop });
  security = await chromium.profile({ viewport: desktop });
  owner = await chromium.profile({ viewport: desktop });
  await log_in(admin.page, server, 'admin');
  await log_in(security.page, server, 'security');
});
after(async () => {
  await chromium?.close();
  await proxy?.close();
  await server?.stop();
  installation?.remove();
});

// security: AZ6
test('given_a_new_account_when_opened_then_it_waits_for_the_security_administrator', async () => {
  const { page } = admin;
  await page.getByRole('button', { name: '开通账号' }).click();
  const form = page.getByRole('dialog', { name: '开通账号' });
  await form.getByRole('button', { name: '开通', exact: true }).click();
  assert.ok((await form.getByText('没有填').count()) >= 2, 'what is missing is told at its field');
  await form.getByText('请选辖区').first().waitFor();
  await form.getByLabel('显示姓名').or(form.getByLabel('姓名')).first().fill('王新');
  await form.getByLabel('账号名').or(form.getByLabel('登录名')).first().fill(kName);
  await form.getByRole('button', { name: '找', exact: true }).click();
  const finding = page.getByRole('dialog', { name: '找街道、社区' });
  await finding.locator('input').fill('养育巷');
  await finding.getByRole('button', { name: /养育巷/ }).click();
  await form.getByText('由安全管理员放行').waitFor();
  await form.getByRole('button', { name: '开通', exact: true }).click();
  const row = page.getByRole('row').filter({ hasText: kName });
  await row.getByText('等首次密码').waitFor();
  assert.equal(await page.locator('.secret').count(), 0, 'no secret for who opened it');
  for (const name of [/重设/, /给首次密码/, /调整/, /令牌/]) assert.equal(await row.getByRole('button', { name }).count(), 0);
  assert.equal(await row.getByRole('button', { name: /停用/ }).count(), 1);
});

// security: AU5, AZ6
test('given_who_waits_when_let_in_then_the_first_secret_is_shown_once', async () => {
  const { page } = security;
  await page.reload();
  assert.equal(await page.getByRole('button', { name: '开通账号' }).count(), 0, 'who lets in opens nobody');
  const row = page.getByRole('row').filter({ hasText: kName });
  await row.getByRole('button', { name: /给首次密码/ }).click();
  const form = page.getByRole('dialog', { name: /重设/ });
  await form.getByRole('button', { name: '重设', exact: true }).click();

  const shown_secret = page.getByRole('dialog', { name: /首次密码/ });
  secret = (await shown_secret.locator('.secret').innerText()).trim();
  assert.ok(secret.length >= 10);
  await shown_secret.getByRole('button', { name: '已告诉本人，关上' }).click();
  await page.reload();
  await page.getByText(kName).first().waitFor();
  assert.equal(await row.getByText('等首次密码').count(), 0);
  assert.ok(!(await page.locator('body').innerText()).includes(secret));
  assert.ok(!JSON.stringify(await outbox(page)).includes(secret), 'wiped from this device');
});

// security: AU5
test('given_the_first_secret_when_logged_in_then_a_password_comes_before_all_else', async () => {
  const { page } = owner;
  await log_in(page, proxy, kName, secret);
  await page.getByRole('heading', { name: '先设自己的密码' }).waitFor();
  await page.goto(`${proxy.url}/board`);
  await page.getByRole('heading', { name: '先设自己的密码' }).waitFor();
  const cookie = (await owner.context.cookies()).find(({ name }) => name.includes('wangdi'));
  const same = new Client(server.url);
  same.cookies.set(cookie.name, cookie.value);
  assert.equal((await same.get('/api/v1/reporting/board?region=320508019044')).status, 403);

  const fields = page.locator('input[type=password]');
  await fields.nth(0).fill(secret);
  await fields.nth(1).fill(kOwn);
  await fields.nth(2).fill(kOwn);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: '养育巷社区居委会' }).waitFor();
  await page.locator('.covbig .reading').first().waitFor();
  assert.equal((await new Client(server.url).log_in(kName, secret)).status, 401, 'good for one use');
});

// security: SE3
test('given_an_open_session_when_the_account_is_closed_then_it_ends_within_a_second', async (t) => {
  await until('the owner hears of changes', () => proxy.streams === 1);
  const { page } = admin;
  const row = page.getByRole('row').filter({ hasText: kName });
  await row.getByRole('button', { name: /停用/ }).click();
  const form = page.getByRole('dialog', { name: /停用/ });
  await form.getByLabel('原因').fill('换岗');
  const applied = page.waitForResponse((answer) => answer.url().endsWith('/api/v1/commands'));
  await form.getByRole('button', { name: '停用', exact: true }).click();
  assert.equal((await (await applied).json()).results[0].status, 'applied');
  const from = performance.now();
  await until('the stream is cut', () => proxy.streams === 0, kAtOnceMs);
  t.diagnostic(`stream cut after ${Math.round(performance.now() - from)} ms`);
  await owner.page.getByRole('link', { name: '口径与指标' }).click();
  await owner.page.getByText('请重新登录').waitFor();
  assert.equal((await new Client(server.url).log_in(kName, kOwn)).status, 401);
});
