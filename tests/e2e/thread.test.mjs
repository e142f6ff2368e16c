// SPDX-License-Identifier: Apache-2.0
// The story a newcomer tries: five households without network, then the coverage of every level from
// the community to the nation moves by five, and nobody has typed anything.
// With WANGDI_SCREENSHOTS=1 it also takes the README's pictures.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Installation, root } from '../support/server.mjs';
import { until } from '../support/until.mjs';
import { Chromium, desktop } from './browser.mjs';
import { all_sent, all_well, log_in, outbox, ready_for_offline, reading, shown, tap_all_well, worker_at_doors } from './screens.mjs';

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

const kDoors = 5;

async function picture(page, name) {
  if (!process.env.WANGDI_SCREENSHOTS) return;
  const folder = join(root, 'docs/images');
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, name) });
}
// Counts what is typed after the log-in, on every page of the profile.
async function count_typing(page) {
  await page.evaluate(() => {
    window.typed = 0;
    addEventListener('input', () => (window.typed += 1), true);
  });
}
async function read_board(profile, account) {
  await log_in(profile.page, server, account);
  await profile.page.locator('.covbig .reading').first().waitFor();
  await count_typing(profile.page);
  return reading(profile.page);
}
const clean = (profile) => {
  assert.deepEqual(profile.foreign, [], 'requests left the origin');
  assert.deepEqual(profile.violations, [], 'the content security policy was broken');
  assert.deepEqual(profile.errors, [], 'a script failed');
};

// security: WC1, WC5
test('five doors without network move the boards from community to nation by five', async () => {
  const [worker, county, nation] = await Promise.all([
    chromium.profile(),
    chromium.profile({ viewport: desktop }),
    chromium.profile({ viewport: desktop }),
  ]);
  const page = await worker_at_doors(worker, server);
  const county_before = await read_board(county, 'county');
  const nation_before = await read_board(nation, 'nation');
  await ready_for_offline(page);
  await picture(page, 'doors.png');
  await count_typing(page);

  await worker.offline(true);
  await tap_all_well(page, 1);
  await page.getByText('没有网络，照常记录').waitFor();
  await tap_all_well(page, kDoors - 1);
  await page.getByText(`${kDoors} 条已存在这台手机`).waitFor();
  await shown(page, '已存手机').first().waitFor();
  assert.equal(await page.evaluate(() => window.typed), 0);

  await page.reload();
  await page.getByText(`${kDoors} 条已存在这台手机`).waitFor();
  assert.equal((await outbox(page)).filter(({ state }) => state === 'queued').length, kDoors);
  assert.ok((await all_well(page).count()) > 0, 'the other doors can still be noted');
  assert.deepEqual(await reading(county.page), county_before);

  await worker.offline(false);
  await all_sent(page, kDoors);
  await shown(page, '已上传').waitFor();

  // Both boards follow by themselves: the same document as before, nothing typed into it.
  for (const [board, was] of [
    [county, county_before],
    [nation, nation_before],
  ]) {
    await until('the board moves', async () => (await reading(board.page)).done === was.done + kDoors);
    assert.equal((await reading(board.page)).due, was.due);
    assert.equal(await board.page.evaluate(() => window.typed), 0);
  }

  for (const place of ['江苏省', '苏州市', '姑苏区', '金阊街道', '养育巷社区居委会']) {
    const link = nation.page.locator('table').getByRole('link', { name: place });
    await link.click();
    await nation.page.getByRole('heading', { level: 1, name: place }).waitFor();
    await until(`${place} has them`, async () => {
      const now = await reading(nation.page).catch(() => undefined);
      return now?.done === nation_before.done + kDoors;
    });
  }
  assert.equal(await nation.page.evaluate(() => window.typed), 0);
  for (const profile of [worker, county, nation]) clean(profile);
});

test('the county officer goes down to one household and sees who recorded', async () => {
  const county = await chromium.profile({ viewport: desktop });
  const { page } = county;
  await log_in(page, server, 'county');
  await page.locator('table').getByRole('link', { name: '金阊街道' }).click();
  await page.locator('table').getByRole('link', { name: '养育巷社区居委会' }).click();
  const visits = page.getByRole('region', { name: '今天的走访' });
  await visits.getByText('周敏').first().waitFor();
  await picture(page, 'board.png');
  await visits.getByRole('button').first().click();
  const household = page.getByRole('region', { name: '住的人' });
  await household.getByText('周敏记').first().waitFor();
  assert.match(await household.innerText(), /\*/, 'names and numbers are masked');
  const door = (await household.getByRole('heading', { level: 2 }).first().innerText()).trim();
  const building = page.getByRole('group', { name: '选一幢' }).locator('[aria-pressed=true]');
  await building.getByText(`${door.split('幢')[0]}幢`).waitFor();
  await page.locator('.bld .rm[aria-pressed=true]').waitFor(); // the drawing goes along
  clean(county);
  await county.close();
});
