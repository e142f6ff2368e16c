// SPDX-License-Identifier: Apache-2.0
// The profile of MLPS level 3 as people meet it: an old password opens nothing but its change, a new one
// has several kinds of characters, and an idle session ends sooner.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { logged_in } from '../support/client.mjs';
import { on_postgres } from '../support/postgres.mjs';
import { Installation } from '../support/server.mjs';
import { Chromium, desktop } from './browser.mjs';
import { look_at_all, small_first } from './look.mjs';
import { log_in } from './screens.mjs';

const kFewKinds = 'lantern bridge kettle';
const kOwn = 'Lantern bridge kettle 7';
const kMinuteMs = 60_000;
const skip = on_postgres && 'about a file of SQLite';
let installation, server, chromium;
before(async () => {
  if (skip) return;
  installation = new Installation();
  // As a database of before the day was noted.
  const forget = "import sqlite3, sys\ndb = sqlite3.connect(sys.argv[1])\ndb.execute('UPDATE credential SET password_at = 0')\ndb.commit()";
  execFileSync('python3', ['-c', forget, join(installation.data, 'wangdi.db')]);
  [server, chromium] = await Promise.all([installation.serve({ set: { 'access.profile': 'mlps3' } }), Chromium.start()]);
});
after(async () => {
  await chromium?.close();
  await server?.stop();
  installation?.remove();
});

test('given_an_old_password_when_logged_in_then_only_its_change_opens', { skip }, async () => {
  const client = await logged_in(server, 'officer');
  const session = (await client.get('/api/v1/session')).json;
  assert.deepEqual([session.must_set_password, session.password_is_old], [true, true]);
  const board = await client.get('/api/v1/reporting/board?region=320508019044');
  assert.deepEqual([board.status, board.json.name], [403, 'password_expired']);

  const { page } = await chromium.profile({ viewport: desktop });
  await log_in(page, server, 'officer');
  await page.getByRole('heading', { name: '密码该换了' }).waitFor();
  await page.goto(`${server.url}/board`);
  await page.getByRole('heading', { name: '密码该换了' }).waitFor();
  const fields = page.locator('input[type=password]');
  const set = async (text) => {
    await fields.nth(0).fill(installation.password);
    await fields.nth(1).fill(text);
    await fields.nth(2).fill(text);
    await page.keyboard.press('Enter');
  };
  await set(kFewKinds);
  await page.getByText('密码里至少要有 3 种字符').waitFor();
  await set(kOwn);
  await page.locator('.covbig .reading').first().waitFor();
});

test('given_the_profile_when_idle_then_a_session_ends_sooner', { skip }, async () => {
  for (const [account, minutes] of [['worker1', 60], ['county', 15], ['audit', 10]]) {
    const client = await logged_in(server, account);
    const changed = await client.post('/api/v1/session/password', { current: installation.password, next: `${kOwn} ${account}` });
    assert.equal(changed.status, 200, changed.text);
    const left = changed.json.expires_at - changed.json.server_time;
    assert.ok(left <= minutes * kMinuteMs && left > (minutes - 1) * kMinuteMs, `${account}: ${left} ms`);
  }
});

test('the page of an old password', { skip }, () =>
  look_at_all({ server, chromium, account: 'township', pages: [['password_old', '/me/password']], sizes: small_first }),
);
