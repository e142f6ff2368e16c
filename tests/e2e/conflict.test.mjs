// SPDX-License-Identifier: Apache-2.0
// Changing one's mind, and two people who change the same household: undo before anything is sent,
// correction with a reason, merge of different fields, and the card that asks about the same one.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { logged_in, visits_of } from '../support/client.mjs';
import { Installation } from '../support/server.mjs';
import { until } from '../support/until.mjs';
import { Chromium } from './browser.mjs';
import { all_sent, all_well, kGrid, outbox, shown, tap_all_well, worker_at_doors } from './screens.mjs';

let installation, server, chromium, officer, profile, page;
const doors = [];
before(async () => {
  installation = new Installation();
  [server, chromium] = await Promise.all([installation.serve(), Chromium.start()]);
  officer = await logged_in(server, 'officer');
  const view = (await officer.get(`/api/v1/screening/doors?grid=${kGrid}`)).json;
  doors.push(...view.doors.filter(({ status, persons }) => status === 'done' && persons.length > 1));
  profile = await chromium.profile();
  page = await worker_at_doors(profile, server);
});
after(async () => {
  await chromium?.close();
  await server?.stop();
  installation?.remove();
});

const other_floors = ({ floor }) => [1, 2, 3].filter((one) => one !== floor);
const household_of = async (household) =>
  (await officer.get(`/api/v1/residents/household?household=${household}`)).json;
// The other person: an officer, from another machine.
async function correct_elsewhere(household, change) {
  const result = await officer.one('residents.correct_household', kGrid, {
    household,
    reason: '电话核对',
    ...change,
  });
  assert.equal(result.status, 'applied', JSON.stringify(result));
}
async function open_form(household) {
  await page.goto(`${server.url}/doors/${household}/edit`);
  await until('the form is filled', async () => (await page.getByLabel('室号').inputValue()) !== '');
  await page.waitForLoadState('networkidle');
}
async function save_with_reason() {
  await page.getByLabel('为什么改').fill('上门看到的');
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await page.waitForURL((url) => !url.pathname.endsWith('/edit'));
}
const row_of = async (household, state) =>
  until(`a row of the household is ${state}`, async () =>
    (await outbox(page)).findLast((row) => row.subject === household && row.state === state),
  );

test('given_a_visit_when_undone_within_five_seconds_then_nothing_leaves_the_phone', async () => {
  const before_tap = await all_well(page).count();
  await tap_all_well(page, 1);
  const [row] = await outbox(page);
  assert.ok(row.not_before - row.occurred_at === 5000, 'it waits five seconds');
  await page.getByRole('button', { name: '撤销' }).click();
  await page.getByText('已撤销').waitFor();
  assert.equal((await outbox(page)).length, 0);
  assert.equal(await all_well(page).count(), before_tap, 'the door waits again');
  const visits = await visits_of(officer, [row.subject]);
  assert.ok(!visits.some(({ visit }) => visit === row.body.visit));
});

test('given_a_sent_visit_when_corrected_with_a_reason_then_the_later_one_counts', async () => {
  await tap_all_well(page, 1);
  const [row] = await all_sent(page, 1);
  await page.goto(`${server.url}/doors/${row.subject}`);
  const visits = page.getByRole('listitem').filter({ hasText: '全户正常' });
  await visits.getByRole('link', { name: /更正/ }).first().click();
  await page.getByRole('checkbox', { name: /没有人应门/ }).click();
  await page.getByRole('button', { name: '下一步' }).click();
  await page.getByRole('heading', { name: '为什么更正？' }).waitFor();
  await page.getByRole('button', { name: '下一步' }).click();
  await page.getByText('没有填').waitFor(); // no correction without a reason
  await page.getByLabel('为什么改').fill('点错了门');
  await page.getByRole('button', { name: '下一步' }).click();
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await all_sent(page, 2);
  const found = await visits_of(officer, [row.subject]);
  const corrected = found.filter(({ visit }) => visit === row.body.visit);
  assert.equal(corrected.length, 1);
  assert.equal(corrected[0].outcome, 'not_home');
  assert.equal(corrected[0].corrected, true);
});

test('given_other_fields_changed_meanwhile_when_sent_then_both_changes_stand', async () => {
  const { household } = doors[0];
  const [floor] = other_floors(doors[0]);
  await open_form(household);
  await profile.offline(true);
  await correct_elsewhere(household, { state: 'shop' });
  await page.getByLabel('楼层').fill(String(floor));
  await save_with_reason();
  await profile.offline(false);
  await row_of(household, 'sent');
  const now = await household_of(household);
  assert.equal(now.state, 'shop');
  assert.equal(now.floor, floor);
});

test('given_the_same_field_when_it_comes_late_then_a_card_asks_with_two_equal_buttons', async () => {
  const { household } = doors[1];
  await open_form(household);
  await profile.offline(true);
  await correct_elsewhere(household, { state: 'shop' });
  await page.getByLabel('住房状态').selectOption('demolished');
  await save_with_reason();
  await profile.offline(false);
  const { id } = await row_of(household, 'conflict');

  await page.goto(`${server.url}/me/outbox/${id}`);
  await shown(page, '1 条待您定').waitFor();
  await page.getByRole('heading', { name: '同一件事，两个人记得不一样' }).waitFor();
  const mine = page.getByRole('button', { name: '用我这条' });
  const theirs = page.getByRole('button', { name: /^用.*这条$/ }).last();
  const [a, b] = [await mine.boundingBox(), await theirs.boundingBox()];
  assert.deepEqual([a.width, a.height], [b.width, b.height], 'neither is favoured');
  assert.ok(a.height >= 48);
  for (const words of ['已拆除', '店铺', '有人住', '何晓琳']) {
    assert.ok((await page.locator('main').innerText()).includes(words), words);
  }
  await theirs.click();
  await shown(page, '已上传').waitFor();
  assert.equal((await household_of(household)).state, 'shop');
});

// A place is personal data: the card says that it was changed, and where to see how.
test('given_a_personal_field_when_it_comes_late_then_the_card_leads_to_the_household', async () => {
  const { household } = doors[3];
  const [mine, theirs] = other_floors(doors[3]);
  await open_form(household);
  await profile.offline(true);
  await correct_elsewhere(household, { floor: theirs });
  await page.getByLabel('楼层').fill(String(mine));
  await save_with_reason();
  await profile.offline(false);
  const { id } = await row_of(household, 'conflict');
  await page.goto(`${server.url}/me/outbox/${id}`);
  await page.getByText('改过，看住户资料').waitFor();
  assert.ok(!(await page.locator('main').innerText()).includes('没填'));
  await page.getByRole('link', { name: '看这一户' }).click();
  await page.waitForURL((url) => url.pathname === `/doors/${household}`);
  await page.goto(`${server.url}/me/outbox/${id}`);
  await page.getByRole('button', { name: /^用何晓琳这条$/ }).click();
  await shown(page, '已上传').waitFor(); // the choice is on the phone
  assert.equal((await household_of(household)).floor, theirs);
});

// The page learns of the other's change by the stream while the form is being filled: what the
// worker saw when the form opened is what counts, not what the page read behind it.
test('given_a_change_under_an_open_form_when_saved_then_it_is_not_written_over', async () => {
  const { household } = doors[2];
  await open_form(household);
  await page.getByLabel('住房状态').selectOption('demolished');
  const read_again = page.waitForResponse((answer) => answer.url().includes('/residents/household'));
  await correct_elsewhere(household, { state: 'shop' });
  await read_again;
  await save_with_reason();
  const { id } = await row_of(household, 'conflict');
  assert.equal((await household_of(household)).state, 'shop');

  await page.goto(`${server.url}/me/outbox/${id}`);
  await page.getByRole('button', { name: '用我这条' }).click();
  await row_of(household, 'sent');
  assert.equal((await household_of(household)).state, 'demolished');
  await shown(page, '已上传').waitFor();
});
