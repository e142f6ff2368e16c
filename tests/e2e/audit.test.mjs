// SPDX-License-Identifier: Apache-2.0
// The audit administrator: sees who read whom and why, not whom; finds a changed line; takes lines away.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { logged_in } from '../support/client.mjs';
import { Installation } from '../support/server.mjs';
import { Chromium, desktop } from './browser.mjs';
import { large_first, look_at_all, press } from './look.mjs';
import { kCommunity, kGrid, log_in } from './screens.mjs';

let installation, server, chromium, page, person;
before(async () => {
  installation = new Installation();
  [server, chromium] = await Promise.all([installation.serve(), Chromium.start()]);
  const worker = await logged_in(server, 'worker1');
  const { doors } = (await worker.get(`/api/v1/screening/doors?grid=${kGrid}`)).json;
  person = doors.find(({ persons }) => persons.length > 0).persons[0];
  const asked = { subject: person.id, fields: ['name', 'phone'], purpose: 'home_visit' };
  const seen = await worker.post('/api/v1/residents/unmask', asked);
  assert.equal(seen.status, 200, seen.text);
  person.name = seen.json.values.name;
  const officer = await logged_in(server, 'officer');
  const roster = { community: kCommunity, purpose: 'official_request' };
  assert.equal((await officer.request('POST', '/api/v1/residents/export', { body: roster })).status, 200);
  ({ page } = await chromium.profile({ viewport: desktop }));
  await log_in(page, server, 'audit');
});
after(async () => {
  await chromium?.close();
  await server?.stop();
  installation?.remove();
});

// security: AZ6, LG1
test('given_reads_when_the_auditor_looks_then_readers_are_named_and_residents_are_not', async () => {
  await page.waitForURL((url) => url.pathname === '/audit');
  const row = page.getByRole('row').filter({ hasText: '周敏' });
  await row.getByText('入户走访').waitFor();
  await row.getByText('姓名、电话').waitFor();
  await row.getByText(person.id.slice(-8)).waitFor();
  const text = await page.locator('body').innerText();
  assert.ok(!text.includes(person.name) && !text.includes(person.id), 'whom it is about is not told');
  await page.getByRole('row').filter({ hasText: '何晓琳' }).getByText('导出').first().waitFor();
  assert.deepEqual(await page.locator('.side a').evaluateAll((all) => all.map((one) => one.getAttribute('href')).filter((to) => to !== '/')), ['/audit', '/me']);
});

test('given_the_list_when_filtered_then_it_stands_in_the_address', async () => {
  await page.getByRole('row').filter({ hasText: '周敏' }).getByRole('button', { name: /只看这个人/ }).click();
  await page.getByText('只看 周敏').waitFor();
  assert.equal(await page.getByRole('row').filter({ hasText: '何晓琳' }).count(), 0);
  await page.reload();
  await page.getByText('只看 周敏').waitFor();
  await page.getByRole('button', { name: '看所有人' }).click();
  await page.getByLabel('用途').selectOption('emergency');
  await page.getByText('这几天没有对上的记录').waitFor();
  await page.getByLabel('用途').selectOption('');
  await page.getByRole('row').filter({ hasText: '何晓琳' }).first().waitFor();
});

// security: LG2
test('given_the_chain_when_examined_then_the_auditor_is_told', async () => {
  await page.getByRole('button', { name: '核对有没有被改过' }).click();
  await page.getByText(/条前后连得上，没有被改过/).waitFor();
});

test('given_the_days_when_exported_then_the_lines_come_and_the_export_is_one_of_them', async () => {
  await page.getByRole('button', { name: '导出', exact: true }).click();
  const form = page.getByRole('dialog', { name: '导出这几天的记录' });
  const coming = page.waitForEvent('download');
  await form.getByRole('button', { name: '导出', exact: true }).click();
  const file = await coming;
  assert.match(file.suggestedFilename(), /\.ndjson$/);
  const lines = readFileSync(await file.path(), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  assert.ok(lines.some(({ subject, operation }) => subject === person.id && operation === 'unmask'));
  assert.equal(lines.at(-1).operation, 'export_file');
  assert.ok(lines.every(({ hash }) => /^[0-9a-f]{64}$/.test(hash)));
});

test('every page of the auditor', () => {
  const pages = [
    ['audit', '/audit'],
    ['audit_none', '/audit?purpose=emergency'],
    ['audit_chain', '/audit', (at) => press(at, /^(核对有没有被改过|Examine for changes)$/)],
    ['audit_export', '/audit', (at) => press(at, /^(导出|Export)$/)],
  ];
  return look_at_all({ server, chromium, account: 'audit', pages, sizes: large_first });
});
