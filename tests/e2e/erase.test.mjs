// SPDX-License-Identifier: Apache-2.0
// A community officer erases somebody for good: why is asked, what cannot be undone is said, and who
// logged in a while ago shows again who is there.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { logged_in } from '../support/client.mjs';
import { Installation } from '../support/server.mjs';
import { Chromium, desktop, phone } from './browser.mjs';
import { axe_findings, dress, overflow_findings } from './inspect.mjs';
import { large_first, look_at_all, press } from './look.mjs';
import { kCommunity, kGrid, log_in, shown } from './screens.mjs';

let installation, server, chromium, door;
before(async () => {
  installation = new Installation();
  [server, chromium] = await Promise.all([installation.serve(), Chromium.start()]);
  const officer = await logged_in(server, 'officer');
  const { doors } = (await officer.get(`/api/v1/screening/doors?grid=${kGrid}`)).json;
  door = doors.find(({ persons }) => persons.length > 1);
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

test('the question in every look', () =>
  look_at_all({ server, chromium, account: 'officer', pages: [['erase', house(), erase_first]], sizes: large_first }));
