// SPDX-License-Identifier: Apache-2.0
// A county officer holds a household's records for a case, everybody whom it concerns reads of it, it is
// lifted; and what the page gives away of a certificate is enough for openssl alone.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { logged_in, uuid } from '../support/client.mjs';
import { Installation } from '../support/server.mjs';
import { Chromium, desktop } from './browser.mjs';
import { large_first, look_at_all, press } from './look.mjs';
import { kCommunity, kGrid, log_in } from './screens.mjs';

const kReason = '有一件官司要用这些记录';
let installation, server, chromium, door, person, county;
before(async () => {
  installation = new Installation();
  [server, chromium] = await Promise.all([installation.serve(), Chromium.start()]);
  const officer = await logged_in(server, 'officer');
  const { doors } = (await officer.get(`/api/v1/screening/doors?grid=${kGrid}`)).json;
  const year = new Date().getFullYear();
  const grown = ({ birth_year }) => birth_year && year - birth_year > 20;
  door = doors.find(({ persons }) => persons.some(grown));
  person = door.persons.find(grown);
  const gone = doors.find(({ household, persons }) => household !== door.household && persons.length > 1).persons[0].id;
  assert.equal((await officer.one('residents.erase_person', kGrid, { person: gone, reason: 'asked' })).status, 'applied');
  await server.stop();
  const night = installation.run(['retention']);
  assert.equal(night.status, 0, night.stdout + night.stderr);
  server = await installation.serve();
  county = await chromium.profile({ viewport: desktop });
  await log_in(county.page, server, 'county');
});
after(async () => {
  await chromium?.close();
  await server?.stop();
  installation?.remove();
});

const house = () => `/board/${kCommunity}?household=${door.household}`;
const form_of = (page) => page.getByRole('dialog', { name: /^(留存 .+ 的记录|Hold the records of .+)$/ });
async function choose_day(form, days) {
  const day = new Date(Date.now() + days * 86_400_000);
  const selects = form.locator('select');
  const groups = await selects.count();
  const [year, month, date] = [day.getFullYear(), day.getMonth() + 1, day.getDate()];
  for (const [at, value] of [[groups - 3, year], [groups - 2, month], [groups - 1, date]]) await selects.nth(at).selectOption(String(value));
}

test('given_a_case_when_a_county_officer_holds_a_household_then_it_is_listed_and_nobody_is_erased', async () => {
  const { page } = county;
  await page.goto(server.url + house());
  await press(page, '依法留存');
  const form = form_of(page);
  await form.getByRole('radio', { name: /^告诉/ }).click();
  await form.getByLabel('依据').selectOption('court');
  await form.getByLabel('案件或文书编号').fill('（2026）苏01号');
  await form.getByLabel('哪个机关要求的').fill('区法院');
  await choose_day(form, 30);
  await form.getByLabel('用大白话写明理由').fill(kReason);
  await form.getByRole('button', { name: '留存', exact: true }).click();
  await form.waitFor({ state: 'hidden' });
  await page.goto(`${server.url}/retention`);
  const list = page.getByRole('region', { name: '依法留存' });
  await list.getByText(kReason).waitFor();
  await list.getByText('法院要求保全证据').waitFor();
  await list.getByRole('link', { name: new RegExp(`${door.room}室`) }).waitFor();
  await page.getByText('全区县有 1 户依法留存，不销毁').waitFor();
  const officer = await logged_in(server, 'officer');
  const refused = await officer.one('residents.erase_person', kGrid, { person: person.id, reason: 'asked' });
  assert.equal(refused.problem?.name, 'hold_runs');
  const seen = (await officer.get(`/api/v1/holds?region=${kCommunity}`)).json;
  assert.equal(seen.rows[0].reason, kReason);
});

// security: LG4 PR3
test('given_a_hold_when_the_resident_opens_a_slip_then_why_and_until_when_stand_there', async (t) => {
  const worker = await logged_in(server, 'worker1');
  const slip = uuid();
  const made = await worker.one('ledger.make_slip', kGrid, { slip, person: person.id, holder: 'self' });
  assert.equal(made.status, 'applied', JSON.stringify(made));
  const resident = await chromium.profile();
  t.after(() => resident.close());
  const { page } = resident;
  await page.goto(`${server.url}/my/${slip}`);
  await page.getByLabel('查阅码').fill(made.answer.slip_code);
  await press(page, '打开');
  await page.getByRole('heading', { name: '您家的记录依法留存' }).waitFor();
  await page.getByText(`理由：${kReason}`).waitFor();
  await page.getByText('要求的机关：区法院').waitFor();
});

// security: VA6
test('given_a_certificate_when_its_files_are_downloaded_then_openssl_alone_verifies_it', async () => {
  const { page } = county;
  await page.goto(`${server.url}/retention`);
  const list = page.getByRole('region', { name: '销毁证明' });
  const files = {};
  for (const [what, name] of [['key', '下载公钥'], ['text', /^证明/], ['signature', /^签名/]]) {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      list.getByRole('button', { name }).first().click(),
    ]);
    files[what] = join(installation.base, download.suggestedFilename());
    await download.saveAs(files[what]);
  }
  const words = ['dgst', '-sha256', '-verify', files.key, '-signature', files.signature, files.text];
  assert.equal(spawnSync('openssl', words, { encoding: 'utf8' }).stdout.trim(), 'Verified OK');
  assert.match(readFileSync(files.text, 'utf8'), /^rule: erasure$/m);
  const told = await list.locator('.words').innerText();
  assert.equal(told, `openssl dgst -sha256 -verify certificate_key.pem -signature ${files.signature.split('/').at(-1)} ${files.text.split('/').at(-1)}`);
});

// What a week with something in it looks like: the demo's own visits die in three months.
const week_ahead = (page) =>
  page.route('**/api/v1/retention/preview?*', async (route) => {
    const answer = await route.fetch();
    const view = await answer.json();
    view.rows = [
      { rule: 'visits', day: view.from, records: 1204 },
      { rule: 'held_commands', day: view.from, records: 2 },
      { rule: 'visits', day: view.until, records: 88 },
    ];
    await route.fulfill({ response: answer, json: { ...view, erased: 1 } });
  });

test('given_the_pages_of_retention_when_looked_at_then_they_keep_the_promises_of_a_screen', async () => {
  const pages = async ({ page }) => {
    await week_ahead(page);
    return [
      ['retention', '/retention'],
      ['retention_lift', '/retention', (at) => press(at, /^(解除|Lift)/)],
      ['retention_hold', house(), (at) => press(at, /^(依法留存|Legal hold)$/)],
    ];
  };
  await look_at_all({ server, chromium, account: 'county', pages, sizes: large_first });
});

test('given_a_hold_when_lifted_then_it_is_over_and_says_why', async () => {
  const { page } = county;
  await page.goto(`${server.url}/retention`);
  const list = page.getByRole('region', { name: '依法留存' });
  await list.getByRole('button', { name: /^解除/ }).click();
  const form = page.getByRole('dialog', { name: /^解除 .+ 的留存$/ });
  await form.getByLabel('为什么解除').fill('官司结束');
  await form.getByRole('button', { name: '解除', exact: true }).click();
  await list.getByText('解除：官司结束').waitFor();
  assert.equal(await list.getByRole('button', { name: /^解除/ }).count(), 0);
});
