// SPDX-License-Identifier: Apache-2.0
// A roster from a spreadsheet: tried first with its errors row by row, then imported, then imported
// again without effect; what comes out again is masked.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { logged_in } from '../support/client.mjs';
import { Installation } from '../support/server.mjs';
import { until } from '../support/until.mjs';
import { make_xlsx, read_xlsx } from '../support/xlsx.mjs';
import { Chromium, desktop } from './browser.mjs';
import { kCommunity, log_in } from './screens.mjs';

const kWeights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
function id_number(first17) {
  const sum = [...first17].reduce((total, digit, i) => total + Number(digit) * kWeights[i], 0);
  return first17 + '10X98765432'[sum % 11];
}
const numbers = [1, 3, 5].map((n) => id_number(`99019919900101${String(n).padStart(3, '0')}`));
const header = ['楼幢', '单元', '楼层', '室号', '住房状态', '姓名', '证件类型', '证件号', '手机', '与户主关系'];
const good = [
  ['1幢', '3', '6', '691', '有人住', '试甲', '居民身份证', numbers[0], '19900990001', '户主'],
  ['1幢', '3', '6', '691', '有人住', '试乙', '居民身份证', numbers[1], '19900990002', '配偶'],
  ['1幢', '3', '6', '692', '有人住', '试丙', '居民身份证', numbers[2], '', '户主'],
];
const bad = [
  ['1幢', '3', '6', '693', '有人住', '试丁', '居民身份证', `${numbers[0].slice(0, 17)}${numbers[0][17] === '1' ? '2' : '1'}`, '', '户主'],
  ['99幢', '3', '6', '694', '有人住', '试戊', '没有证件', '', '', '户主'],
];

let installation, server, chromium, profile, page, officer;
before(async () => {
  installation = new Installation();
  [server, chromium] = await Promise.all([installation.serve(), Chromium.start()]);
  officer = await logged_in(server, 'officer');
  profile = await chromium.profile({ viewport: desktop });
  page = profile.page;
  await log_in(page, server, 'officer');
});
after(async () => {
  await chromium?.close();
  await server?.stop();
  installation?.remove();
});

async function choose(name, rows) {
  await page.goto(`${server.url}/import`);
  await page.locator('input[type=file]').first().setInputFiles({
    name,
    mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    buffer: make_xlsx(rows),
  });
}
async function downloaded(press) {
  const [download] = await Promise.all([page.waitForEvent('download'), press()]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}
const people_of = async (room) => {
  const [found] = await search(room);
  if (!found) return undefined;
  return (await officer.get(`/api/v1/residents/household?household=${found.household}`)).json.persons;
};
const search = async (text) =>
  (await officer.post('/api/v1/residents/search', { community: kCommunity, text })).json.rows;

test('given_a_file_with_errors_when_tried_then_each_is_shown_and_nothing_is_written', async () => {
  await choose('名册.xlsx', [header, ...good, ...bad]);
  await page.getByRole('heading', { name: /有错的 2 行/ }).waitFor();
  const errors = page.getByRole('region', { name: '有错的 2 行' });
  const text = await errors.innerText();
  assert.match(text, /身份证号末位对不上/);
  assert.match(text, /楼幢/);
  assert.equal((await search('691')).length, 0);

  const { name, bytes } = await downloaded(() => page.getByRole('button', { name: '下载错误表' }).click());
  assert.equal(name, '名册-错误表.xlsx');
  const all = read_xlsx(bytes).rows.flat().join('\n');
  assert.match(all, /身份证号末位对不上/);
  assert.doesNotMatch(all, /试甲/, 'good rows are not in the file of errors');
});

test('given_the_trial_when_applied_then_the_good_rows_are_there_and_a_second_run_adds_none', async (t) => {
  await page.getByRole('button', { name: /^导入 3 行$/ }).click();
  await page.getByText('导好了').waitFor();
  await page.getByText(/读到 .* 行/).waitFor();
  const persons = await until('the people are there', () => people_of('691'));
  assert.equal(persons.length, 2);
  assert.ok(persons.every(({ name }) => name.includes('*')), 'masked');
  assert.equal((await people_of('692')).length, 1);

  await choose('名册.xlsx', [header, ...good, ...bad]);
  await page.getByRole('heading', { name: /有错的/ }).waitFor();
  const again = page.getByRole('button', { name: /^导入 \d+ 行$/ });
  if (await again.isVisible()) {
    await again.click();
    await page.getByText('导好了').waitFor();
    t.diagnostic(await page.getByText(/读到 .* 行/).innerText());
  } else {
    await page.getByText('没有可导的行').waitFor();
  }
  assert.equal((await people_of('691')).length, 2, 'nothing was added');
  assert.equal((await search('691')).length, 1);
});

test('a CSV of a spreadsheet program is taken too, other files are refused', async () => {
  await page.goto(`${server.url}/import`);
  const input = page.locator('input[type=file]').first();
  await input.setInputFiles({ name: 'x.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF') });
  await page.getByText('只收 xlsx 和 csv').waitFor();
  const row = ['1幢', '3', '6', '695', '有人住', '试己', '没有证件', '', '', '户主'];
  const csv = Buffer.from(`\ufeff${[header, row].map((cells) => cells.join(',')).join('\r\n')}\r\n`);
  await input.setInputFiles({ name: '名册.csv', mimeType: 'text/csv', buffer: csv });
  await page.getByRole('button', { name: /^导入 1 行$/ }).waitFor();
});

// security: FI4, FI5
test('the template and the masked roster are downloaded', async () => {
  await page.goto(`${server.url}/import`);
  const template = await downloaded(() => page.getByRole('button', { name: '下载空白模板' }).click());
  assert.equal(template.name, '住户名册模板.xlsx');
  for (const title of header) assert.ok(read_xlsx(template.bytes).rows.flat().join('|').includes(title), title);

  await page.getByRole('button', { name: '导出名册' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('radio').first().click();
  const roster = await downloaded(() => dialog.getByRole('button', { name: '导出', exact: true }).click());
  const { rows, formulas } = read_xlsx(roster.bytes);
  assert.equal(formulas, 0);
  const all = rows.flat().join('\n');
  for (const secret of [...numbers, '19900990001', '试甲']) assert.ok(!all.includes(secret), 'masked');
  assert.ok(rows.length > 800);
});
