// SPDX-License-Identifier: Apache-2.0
// Lines that break at the worst moment and servers that cannot answer: nothing is lost, nothing
// doubled, and in the end the phone says "uploaded".
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Client, logged_in, visits_of } from '../support/client.mjs';
import { Proxy } from '../support/proxy.mjs';
import { Installation } from '../support/server.mjs';
import { until } from '../support/until.mjs';
import { Chromium } from './browser.mjs';
import { all_sent, log_in, outbox, shown, tap_all_well, worker_at_doors } from './screens.mjs';

let installation, server, chromium, officer;
before(async () => {
  installation = new Installation();
  [server, chromium] = await Promise.all([installation.serve(), Chromium.start()]);
  officer = await logged_in(server, 'officer');
});
after(async () => {
  await chromium?.close();
  await server?.stop();
  installation?.remove();
});

async function behind_proxy(t, account) {
  const proxy = await Proxy.before(server);
  const profile = await chromium.profile();
  t.after(async () => {
    await profile.close();
    await proxy.close();
  });
  return { proxy, profile, page: await worker_at_doors(profile, proxy, account) };
}
// Each visit of the outbox is on the server exactly once.
async function once_each(rows) {
  const visits = await visits_of(officer, new Set(rows.map(({ subject }) => subject)));
  for (const { body } of rows) {
    assert.equal(visits.filter(({ visit }) => visit === body.visit).length, 1);
  }
}

describe('a line that breaks', { concurrency: true }, () => {
  test('given_an_answer_that_got_lost_when_sent_again_then_it_is_counted_once', async (t) => {
    const { proxy, page } = await behind_proxy(t, 'worker1');
    proxy.faults.push({ lose: true });
    await tap_all_well(page, 2);
    const rows = await all_sent(page, 2);
    await once_each(rows);
    const lost = proxy.posts[0];
    for (const id of lost) assert.ok(proxy.posts.filter((ids) => ids.includes(id)).length >= 2);
    await shown(page, '已上传').waitFor();
  });

  test('given_a_server_that_fails_twice_when_it_is_back_then_all_is_sent', async (t) => {
    const { proxy, page } = await behind_proxy(t, 'worker2');
    proxy.faults.push({ status: 500 }, { cut: true });
    await tap_all_well(page, 1);
    const rows = await all_sent(page, 1);
    // The browser itself may repeat what was cut; the app repeats the rest.
    assert.equal(proxy.posts.length, 3);
    await once_each(rows);
  });

  // Half-open: neither an answer nor an end ever comes, so only the phone's own patience helps.
  for (const [silent, what] of [
    ['before', 'was_never_heard'],
    ['after', 'was_answered_into_the_void'],
  ]) {
    test(`given_a_silent_line_when_what_was_sent_${what}_then_it_is_kept_and_sent_again`, async (t) => {
      const { proxy, page } = await behind_proxy(t, silent === 'before' ? 'worker1' : 'worker2');
      proxy.faults.push({ silent });
      await tap_all_well(page, 2);
      await until('it was sent', () => proxy.posts.length === 1);
      const waiting = await outbox(page);
      assert.equal(waiting.length, 2);
      assert.ok(waiting.every(({ state }) => state !== 'sent'), 'nothing is called uploaded');
      const rows = await all_sent(page, 2, 60_000);
      await once_each(rows);
      await shown(page, '已上传').waitFor();
    });
  }

  for (const [name, status] of [
    ['too_many_requests', 429],
    ['a_full_queue', 503],
  ]) {
    test(`given_${name}_when_told_to_wait_then_it_waits_as_long`, async (t) => {
      const kWaitSeconds = 4;
      const { proxy, page } = await behind_proxy(t, 'worker3');
      proxy.faults.push({ status, retry_after: kWaitSeconds });
      await tap_all_well(page, 1);
      const rows = await all_sent(page, 1);
      const [first, second] = proxy.times;
      assert.ok(second - first >= kWaitSeconds * 1000, `it came back after ${second - first} ms`);
      await once_each(rows);
    });
  }

  // A hotel's log-in page or a proxy's error page is no verdict of the server.
  test('given_a_page_of_something_in_between_when_it_is_gone_then_all_is_sent', async (t) => {
    const { proxy, page } = await behind_proxy(t, 'worker2');
    proxy.faults.push({ status: 200 }, { status: 404 });
    await tap_all_well(page, 1);
    await once_each(await all_sent(page, 1));
  });
});

test('given_a_session_that_ended_when_logged_in_again_then_the_outbox_is_sent', async (t) => {
  const { proxy, profile, page } = await behind_proxy(t, 'worker1');
  const cookie = (await profile.context.cookies()).find(({ name }) => name.includes('wangdi'));
  const same = new Client(server.url);
  same.cookies.set(cookie.name, cookie.value);
  same.csrf = (await same.get('/api/v1/session')).json.csrf;
  assert.equal((await same.request('DELETE', '/api/v1/session')).status, 204);

  await tap_all_well(page, 2);
  await page.getByText('请重新登录').waitFor();
  await shown(page, '登录后上传').waitFor();
  assert.equal((await outbox(page)).filter(({ state }) => state === 'queued').length, 2);
  await tap_all_well(page, 1); // the work goes on
  await page.getByRole('link', { name: '登录', exact: true }).click();
  await page.getByText('这台手机里还有 3 条没有上传').waitFor();
  await log_in(page, proxy, 'worker1');
  await once_each(await all_sent(page, 3));
  await until('the banner is gone', async () => (await page.getByText('请重新登录').count()) === 0);
});
