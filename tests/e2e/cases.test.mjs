// SPDX-License-Identifier: Apache-2.0
// The auditor's cases as the auditor meets them, days later by the server's clock: told on the log's
// page, each with its lines, closed in words that stay.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { faulty_installation } from '../faults/support.mjs';
import { logged_in } from '../support/client.mjs';
import { until } from '../support/until.mjs';
import { Chromium, desktop } from './browser.mjs';
import { large_first, look_at_all, press } from './look.mjs';
import { log_in } from './screens.mjs';

const kDayMs = 86_400_000;
const kGrids = ['320508019044001', '320508019044002', '320508019044003'];
let place, server, chromium, page, resident;
before(async () => {
  place = faulty_installation();
  place.faults.set_clock(20 * kDayMs);
  server = await place.serve();
  const officer = await logged_in(server, 'officer');
  const persons = [];
  for (const grid of kGrids) {
    const { doors } = (await officer.get(`/api/v1/screening/doors?grid=${grid}`)).json;
    const plain = doors.filter((door) => door.persons.length > 0 && door.persons.every((one) => !one.key_groups.length));
    persons.push(...plain.map((door) => door.persons[0]));
  }
  resident = persons[0];
  for (const { id } of persons.slice(0, 30)) {
    const seen = await officer.post('/api/v1/residents/unmask', { subject: id, fields: ['name', 'phone'], purpose: 'home_visit' });
    assert.equal(seen.status, 200, seen.text);
    if (id === resident.id) resident.name = seen.json.values.name;
  }
  const township = await logged_in(server, 'township');
  for (let i = 0; i < 12; i += 1) {
    await township.post('/api/v1/residents/find', { phone: `1990012${1000 + i}`, purpose: 'official_request' });
  }
  await server.kill();
  place.faults.set_clock(23 * kDayMs);
  [server, chromium] = await Promise.all([place.serve(), Chromium.start()]);
  const auditor = await logged_in(server, 'audit');
  await until('the day is judged', async () => (await auditor.get('/api/v1/audit/cases?open=true')).json.rows.length === 2);
  ({ page } = await chromium.profile({ viewport: desktop }));
  await log_in(page, server, 'audit');
});
after(async () => {
  await chromium?.close();
  await server?.kill();
  place?.remove();
});

const row_of = (name) => page.locator('li.case').filter({ hasText: name });

// security: LG5
test('given_open_cases_when_the_auditor_logs_in_then_they_are_told_with_their_day', async () => {
  await page.getByText('有核查事项没有办结').waitFor();
  await page.getByText(/^2 件，最早的一件 .*到期$/).waitFor();
  await page.getByRole('link', { name: '去看' }).click();
  await page.waitForURL((url) => url.pathname === '/audit/cases');
  await row_of('何晓琳').getByText('看了很多户，没有对应的工作').waitFor();
  await row_of('何晓琳').getByText(/看了 30 户，30 户没有对应的工作/).waitFor();
});

// security: AZ6, LG5
test('given_a_case_when_its_lines_are_shown_then_no_resident_is_named', async () => {
  await row_of('何晓琳').getByRole('button', { name: /^看这些记录/ }).click();
  await row_of('何晓琳').getByText(resident.id.slice(-8)).waitFor();
  assert.equal(await row_of('何晓琳').getByRole('row').count(), 31);
  const text = await page.locator('body').innerText();
  assert.ok(!text.includes(resident.name) && !text.includes(resident.id));
});

test('every page of cases', () => {
  const pages = [
    ['cases', '/audit/cases', (at) => at.getByText(/^(看了很多户|Many households)/).first().waitFor()],
    ['cases_lines', '/audit/cases', (at) => press(at, /^(看这些记录|Show these lines)/)],
    ['cases_close', '/audit/cases', (at) => press(at, /^(办结|Close)(?!的|d)/)],
    ['cases_closed', '/audit/cases?closed=yes'],
    ['audit_with_cases', '/audit'],
  ];
  return look_at_all({ server, chromium, account: 'audit', pages, sizes: large_first });
});

// security: LG5
test('given_a_case_when_closed_then_outcome_and_words_stay', async () => {
  await page.goto(`${server.url}/audit/cases`);
  await row_of('何晓琳').getByRole('button', { name: /^办结/ }).click();
  const form = page.getByRole('dialog', { name: '办结：何晓琳' });
  await form.getByText('不该看，已批评教育').click();
  await form.getByRole('button', { name: '办结' }).click();
  await form.locator('.err').filter({ visible: true }).waitFor();
  await form.locator('textarea').fill('问过本人，是替朋友打听');
  await form.getByRole('button', { name: '办结' }).click();
  await page.getByText('已办结').first().waitFor();
  await until('the list is read again', async () => (await row_of('何晓琳').count()) === 0);
  await page.getByRole('button', { name: '办结的', exact: true }).click();
  await row_of('何晓琳').getByText('不该看，已批评教育').waitFor();
  await row_of('何晓琳').getByText('问过本人，是替朋友打听').waitFor();
  await page.reload();
  await row_of('何晓琳').waitFor();
});
