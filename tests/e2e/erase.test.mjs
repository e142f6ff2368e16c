// SPDX-License-Identifier: Apache-2.0
// A community officer erases somebody for good: why is asked, what cannot be undone is said, and who
// logged in a while ago shows again who is there.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { logged_in, uuid } from '../support/client.mjs';
import { Installation } from '../support/server.mjs';
import { Chromium, desktop, phone } from './browser.mjs';
import { axe_findings, dress, overflow_findings } from './inspect.mjs';
import { large_first, look_at_all, press } from './look.mjs';
import { kCommunity, kGrid, log_in, shown } from './screens.mjs';

let installation, server, chromium, door, empty;
before(async () => {
  installation = new Installation();
  [server, chromium] = await Promise.all([installation.serve(), Chromium.start()]);
  const officer = await logged_in(server, 'officer');
  const { doors } = (await officer.get(`/api/v1/screening/doors?grid=${kGrid}`)).json;
  door = doors.find(({ persons }) => persons.length > 1);
  empty = uuid();
  const wrong = { id: empty, grid: kGrid, building: door.building.id, unit: '1', floor: 1, room: '990', state: 'vacant' };
  assert.equal((await officer.one('residents.add_household', kGrid, wrong)).status, 'applied');
});
after(async () => {
  await chromium?.close();
  await server?.stop();
  installation?.remove();
});

const house = () => `/board/${kCommunity}?household=${door.household}`;
const erase_first = (page) => press(page, /^(删除|Erase)\s*.+/);

// security: SE5
test('given_a_log_in_that_is_not_fresh_when_erasing_then_the_password_is_asked_for_and_they_are_gone', async (t) => {
  const profile = await chromium.profile();
  t.after(() => profile.close());
  const { page } = profile;
  await page.setViewportSize(desktop);
  await log_in(page, server, 'officer');
  const { port } = server;
  await server.stop();
  server = await installation.serve({ port }); // it has forgotten who proved what
  await page.goto(server.url + house());
  const rows = page.locator('.person-row');
  await rows.first().waitFor();
  const before = await rows.count();
  assert.equal(before, door.persons.length);
  await erase_first(page);
  const form = page.getByRole('dialog', { name: /^删除.+的信息？$/ });
  await form.getByText('删除以后不能恢复').waitFor();
  await form.getByRole('radio', { name: '本人要求删除' }).click();
  await form.getByRole('button', { name: '删除，不能恢复' }).click();
  const asked = page.getByRole('dialog', { name: '再核对一次是不是您本人' });
  await asked.waitFor();
  await t.test('its look', async () => {
    for (const size of [desktop, phone, { width: 320, height: 640 }]) {
      await page.setViewportSize(size);
      for (const elder of [false, true]) {
        await dress(page, { theme: 'light', elder });
        const found = [...(await axe_findings(page)), ...(await overflow_findings(page))];
        assert.deepEqual(found, [], `${size.width} ${elder ? 'elder' : ''}`);
      }
    }
    await dress(page, { theme: 'light', elder: false });
    await page.setViewportSize(desktop);
  });
  await asked.locator('input[type=password]').fill(installation.password);
  await page.keyboard.press('Enter');
  await shown(page, '已删除').waitFor();
  await form.waitFor({ state: 'hidden' });
  await page.waitForFunction((n) => document.querySelectorAll('.person-row').length === n, before - 1);
});

test('given_other_officers_when_a_household_is_shown_then_none_is_offered_to_erase', async (t) => {
  const profile = await chromium.profile();
  t.after(() => profile.close());
  const { page } = profile;
  await page.setViewportSize(desktop);
  await log_in(page, server, 'county');
  await page.goto(server.url + house());
  await page.locator('.person-row').first().waitFor();
  assert.equal(await page.getByRole('button', { name: /^删除/ }).count(), 0);
});

const empty_house = () => `/board/${kCommunity}?household=${empty}`;
const erase_door = (page) => press(page, /^(删除这一户|Erase this household)$/);

test('the question about a household in every look', () =>
  look_at_all({ server, chromium, account: 'officer', pages: [['erase_door', empty_house(), erase_door]], sizes: large_first }));

test('given_a_door_nobody_lives_behind_when_erased_then_it_leaves_the_screen_and_the_lists', async (t) => {
  const profile = await chromium.profile();
  t.after(() => profile.close());
  const { page } = profile;
  await page.setViewportSize(desktop);
  await log_in(page, server, 'officer');
  await page.goto(server.url + house());
  await page.locator('.person-row').first().waitFor();
  assert.equal(await page.getByRole('button', { name: '删除这一户' }).count(), 0, 'somebody lives there');
  await page.goto(server.url + empty_house());
  await erase_door(page);
  const form = page.getByRole('dialog', { name: /^删除.*990室？$/ });
  await form.getByText('以前各级的数字不变，从今天起不再算这一户。').waitFor();
  await form.getByRole('radio', { name: '登记错了' }).click();
  await form.getByRole('button', { name: '删除，不能恢复' }).click();
  await shown(page, '已删除').waitFor();
  await page.getByRole('button', { name: '删除这一户' }).waitFor({ state: 'detached' });
  const worker = await logged_in(server, 'worker1');
  const { doors } = (await worker.get(`/api/v1/screening/doors?grid=${kGrid}`)).json;
  assert.ok(!doors.some(({ household }) => household === empty));
  const kept = await page.evaluate(async () => {
    const text = [];
    for (const { name } of await indexedDB.databases()) {
      const db = await new Promise((done) => { const open = indexedDB.open(name); open.onsuccess = () => done(open.result); });
      for (const store of db.objectStoreNames) {
        text.push(await new Promise((done) => { const all = db.transaction(store).objectStore(store).getAll(); all.onsuccess = () => done(JSON.stringify(all.result)); }));
      }
      db.close();
    }
    return text.join();
  });
  assert.ok(kept.includes('residents.erase_household') && !kept.includes('990室'), 'what the device keeps of it names no door');
});

test('the question in every look', () =>
  look_at_all({ server, chromium, account: 'officer', pages: [['erase', house(), erase_first]], sizes: large_first }));
