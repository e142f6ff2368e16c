// SPDX-License-Identifier: Apache-2.0
// A return that a worker writes down becomes a status only by an officer's hand; the worker's phone
// says so, shows the ground, and passes on what the person has against it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { logged_in, uuid } from '../support/client.mjs';
import { Installation } from '../support/server.mjs';
import { Chromium, desktop, phone } from './browser.mjs';
import { log_in } from './screens.mjs';

const kGrid = '320508019044001';
let installation, server, chromium, worker, officer, county, door, person;
before(async () => {
  installation = new Installation();
  [server, chromium] = await Promise.all([installation.serve(), Chromium.start()]);
  const client = await logged_in(server, 'worker1');
  const { doors } = (await client.get(`/api/v1/screening/doors?grid=${kGrid}`)).json;
  door = doors.find(({ persons }) => persons.length === 1 && persons[0].key_groups.length === 0);
  person = door.persons[0];
  const day = new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10);
  const visit = await client.one('screening.record_visit', kGrid, {
    visit: uuid(),
    household: door.household,
    outcome: 'exception',
    exceptions: [{ person: person.id, temperature_not_measured: true, symptoms: [], returned: { from_region: '330106', on: day } }],
  });
  assert.equal(visit.status, 'applied', JSON.stringify(visit));
  worker = await chromium.profile({ viewport: phone });
  officer = await chromium.profile({ viewport: desktop });
  county = await chromium.profile({ viewport: desktop });
  await log_in(worker.page, server, 'worker1');
  await log_in(officer.page, server, 'officer');
  await log_in(county.page, server, 'county');
});
after(async () => {
  await chromium?.close();
  await server?.stop();
  installation?.remove();
});

// security: PR5
test('given_a_recorded_return_when_the_officer_sets_it_then_the_phone_shows_the_ground', async () => {
  const form = `${server.url}/doors/${door.household}/person/${person.id}/group`;
  await worker.page.goto(form);
  await worker.page.getByText('不在这里列入').waitFor();
  const choices = await worker.page.locator('select option').allTextContents();
  assert.ok(choices.some((text) => text.includes('孕妇')), choices.join());
  assert.ok(!choices.some((text) => text.includes('密切接触者') || text.includes('返回')), choices.join());

  await officer.page.goto(`${server.url}/status`);
  const row = officer.page.locator('li', { hasText: '按规则认定' }).first();
  await row.getByText('外地返回人员').waitFor();
  await row.getByRole('button', { name: '按规则认定' }).click();
  await officer.page.getByText('没有等您办的').waitFor();

  await worker.page.goto(form);
  await worker.page.getByText('外地返回人员的天数规则').waitFor();
  await worker.page.getByRole('button', { name: '本人要求复核' }).click();
  const dialog = worker.page.getByRole('dialog');
  await dialog.locator('textarea').fill('我一直在家');
  await dialog.getByRole('button', { name: '记下' }).click();
  await dialog.waitFor({ state: 'hidden' });
});

// security: PR5
test('given_an_objection_then_somebody_else_decides_it', async () => {
  await officer.page.getByText('我一直在家').waitFor({ timeout: 20_000 });
  assert.equal(await officer.page.getByRole('button', { name: /^复核/ }).count(), 0, 'not who set it');
  await county.page.goto(`${server.url}/status`);
  await county.page.getByText('我一直在家').waitFor();
  await county.page.getByRole('button', { name: /^复核/ }).click();
  const dialog = county.page.getByRole('dialog');
  await dialog.getByText('撤销', { exact: true }).click();
  await dialog.locator('textarea').fill('记错了人');
  await dialog.getByRole('button', { name: '答复' }).click();
  await county.page.getByText('没有等您办的').waitFor();
});
