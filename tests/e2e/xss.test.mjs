// SPDX-License-Identifier: Apache-2.0
// What people type stays text: markup, a formula and a character beyond 16 bits go through a form,
// the phone's list, the search, the board and the exported sheet.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { logged_in } from '../support/client.mjs';
import { Installation } from '../support/server.mjs';
import { until } from '../support/until.mjs';
import { read_xlsx } from '../support/xlsx.mjs';
import { Chromium, desktop, phone } from './browser.mjs';
import { kGrid, log_in, outbox, tell_first, worker_at_doors } from './screens.mjs';

const kMarkup = `<img src=x onerror="window.hit=1"><script>window.hit=1</script>`;
const kFormula = '=cmd|" /C calc"!A0';
const kName = '𠮷<b onclick=alert(1)>';

let installation, server, chromium, door;
before(async () => {
  installation = new Installation();
  [server, chromium] = await Promise.all([installation.serve(), Chromium.start()]);
  const worker = await logged_in(server, 'worker1');
  const { doors } = (await worker.get(`/api/v1/screening/doors?grid=${kGrid}`)).json;
  door = doors.find(({ status, persons }) => status === 'due' && persons.length > 0);
});
after(async () => {
  await chromium?.close();
  await server?.stop();
  installation?.remove();
});

// No element came of it, no script ran, no policy had to step in.
async function is_text(profile) {
  const { page } = profile;
  assert.equal(await page.evaluate(() => window.hit), undefined);
  assert.equal(await page.locator('main img, main script, [onerror], [onclick]').count(), 0);
  assert.deepEqual(profile.violations, []);
  assert.deepEqual(profile.foreign, []);
}
const save = (page) => page.getByRole('button', { name: '保存', exact: true }).click();

// security: WC1, WC6, FI3
test('markup, formulas and rare characters stay text everywhere', async () => {
  const worker = await chromium.profile({ viewport: phone });
  const { page } = worker;
  await worker_at_doors(worker, server);
  await page.goto(`${server.url}/doors/${door.household}/edit`);
  await until('the form is filled', async () => (await page.getByLabel('室号').inputValue()) !== '');
  await page.getByLabel('备注').fill(kMarkup);
  await page.getByLabel('为什么改').fill(kFormula);
  await save(page);
  await page.waitForURL((url) => !url.pathname.endsWith('/edit'));
  await page.goto(`${server.url}/doors/${door.household}/person`);
  await tell_first(page);
  await page.getByLabel('姓名').fill(kName);
  await page.getByLabel('证件类型').selectOption('none');
  await page.getByLabel('与户主关系').selectOption('tenant');
  await save(page);
  await until('both are sent', async () => {
    const rows = await outbox(page);
    return rows.length === 3 && rows.every(({ state }) => state === 'sent');
  });
  await page.goto(`${server.url}/doors/${door.household}`);
  await page.locator('.note-text').waitFor();
  assert.equal(await page.locator('.note-text').innerText(), kMarkup);
  await is_text(worker);

  // The visit's own note, and the list of what was recorded.
  await page.goto(`${server.url}/doors/${door.household}/visit`);
  await page.getByRole('checkbox', { name: /没有人应门/ }).click();
  await page.getByRole('button', { name: '下一步' }).click();
  await page.getByLabel('还有要写的吗').fill(kMarkup);
  await save(page);
  await page.waitForURL((url) => url.pathname === '/doors');
  await page.goto(`${server.url}/me/outbox`);
  await is_text(worker);

  await page.goto(`${server.url}/doors/search`);
  for (const text of ['𠮷', kMarkup, '%', '_', "'; --"]) {
    await page.locator('#search input').fill(text);
    await page.locator('p[role=status]', { hasText: '找到' }).waitFor({ state: 'attached' });
    if (text === '𠮷') await page.getByText('𠮷').first().waitFor();
  }
  await is_text(worker);

  const officer = await chromium.profile({ viewport: desktop });
  await log_in(officer.page, server, 'officer');
  await officer.page.goto(`${server.url}/board/320508019044?household=${door.household}`);
  const side = officer.page.getByRole('region', { name: '住的人' });
  await side.getByText(kMarkup).first().waitFor();
  await is_text(officer);

  await officer.page.goto(`${server.url}/households`);
  await officer.page.getByRole('button', { name: '导出名册' }).click();
  await officer.page.getByRole('dialog').getByRole('radio').first().click();
  const [download] = await Promise.all([
    officer.page.waitForEvent('download'),
    officer.page.getByRole('dialog').getByRole('button', { name: '导出', exact: true }).click(),
  ]);
  const sheet = read_xlsx(readFileSync(await download.path()));
  assert.equal(sheet.formulas, 0);
  const cells = sheet.rows.flat();
  assert.ok(cells.some((cell) => cell.startsWith('𠮷')), 'the rare character is whole');
  for (const cell of cells) assert.doesNotMatch(cell, /^[=+@]/, 'no cell begins like a formula');
  await is_text(officer);
});
