// SPDX-License-Identifier: Apache-2.0
// An officer uploads a list, another one agrees, and who lives in the region is found, masked: on the
// real screens, in both languages and sizes.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { logged_in } from '../support/client.mjs';
import { Installation } from '../support/server.mjs';
import { Chromium, desktop, phone } from './browser.mjs';
import { axe_findings, dress, overflow_findings, settled } from './inspect.mjs';
import { kGrid, log_in, outbox } from './screens.mjs';

const kPictures = process.env.WANGDI_MATCHING_PICTURES;
let installation, server, chromium, officer, county, person, number;
before(async () => {
  installation = new Installation();
  [server, chromium] = await Promise.all([installation.serve(), Chromium.start()]);
  const client = await logged_in(server, 'worker1');
  const { doors } = (await client.get(`/api/v1/screening/doors?grid=${kGrid}`)).json;
  for (const one of doors.flatMap(({ persons }) => persons)) {
    const body = { subject: one.id, fields: ['document_number'], purpose: 'home_visit' };
    number = (await client.post('/api/v1/residents/unmask', body)).json.values.document_number;
    person = one;
    if (number) break;
  }
  [officer, county] = await Promise.all([
    chromium.profile({ viewport: desktop }),
    chromium.profile({ viewport: desktop }),
  ]);
  await log_in(officer.page, server, 'officer');
  await log_in(county.page, server, 'county');
});
after(async () => {
  await chromium?.close();
  await server?.stop();
  installation?.remove();
});

// Read again in both languages, then in both sizes and forms; ends as it began.
async function look_at(page, name, then) {
  for (const lang of ['en', 'zh-CN']) {
    await page.evaluate((to) => localStorage.setItem('wangdi.lang', to), lang);
    await page.reload();
    await then?.(page);
    for (const elder of [true, false])
      for (const size of [phone, desktop]) {
        await page.setViewportSize(size);
        await dress(page, { theme: 'light', elder });
        await settled(page);
        const where = `${name} ${lang} ${elder} ${size.width}`;
        assert.deepEqual([...(await axe_findings(page)), ...(await overflow_findings(page))], [], where);
        if (!kPictures) continue;
        mkdirSync(kPictures, { recursive: true });
        await page.screenshot({ path: join(kPictures, `${where.replaceAll(' ', '_')}.png`), fullPage: true });
      }
  }
}

// security: FI4, LG1
test('given_a_list_when_another_officer_agrees_then_who_is_found_is_shown_masked_and_once', async () => {
  const { page } = officer;
  await page.goto(`${server.url}/matching`);
  await page.getByText('还没有比对过').waitFor();
  await look_at(page, 'form');
  const form = page.getByRole('form', { name: '名单比对' });
  await form.locator('input[type=file]').setInputFiles({
    name: '航班.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(`姓名,证件号\n旅客一,${number}\n旅客二,999901197001010019\n旅客三,\n`),
  });
  await form.getByLabel('用途').selectOption('official_request');
  await form.getByLabel('为什么需要').fill('核对一架航班的旅客');
  await form.getByRole('button', { name: '上传，请另一人同意' }).click();
  await form.getByText('共 3 行：收下 2 行，没有可用号码 1 行').waitFor();
  await page.getByRole('cell', { name: /等另一人同意/ }).waitFor();
  assert.equal(await page.getByRole('button', { name: '开始比对' }).count(), 0);

  await county.page.goto(`${server.url}/matching`);
  await county.page.getByText('核对一架航班的旅客').waitFor();
  await county.page.getByRole('button', { name: '同意', exact: true }).click();
  await county.page.getByText('核对一架航班的旅客').waitFor({ state: 'detached' });

  await page.reload();
  await page.getByRole('button', { name: '开始比对' }).click();
  const result = page.getByRole('region', { name: '比对结果' });
  await result.waitFor();
  assert.match(await result.getByRole('row').nth(1).innerText(), new RegExp(`2[^]*${person.name.replace('*', '\\*')}`));
  assert.equal(await result.getByRole('row').count(), 2, 'the header and one person');
  assert.ok(!(await page.content()).includes(number), 'nothing unmasked');
  assert.ok(!JSON.stringify(await outbox(page)).includes(number), 'the list is not on this device');
  await page.getByText('找到 1 条').waitFor();
  await look_at(page, 'result', async () => {
    await page.getByRole('button', { name: /看结果|See the result/ }).click();
    await page.getByRole('region', { name: /比对结果|^Result/ }).waitFor();
  });
  assert.equal(await page.getByRole('button', { name: '开始比对' }).count(), 0, 'once');
});
