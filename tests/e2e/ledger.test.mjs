// SPDX-License-Identifier: Apache-2.0
// A worker hands out a slip, a resident reads who looked and asks, an officer answers: on the real
// screens, in both languages and in the large form.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { logged_in, uuid } from '../support/client.mjs';
import { Installation } from '../support/server.mjs';
import { until } from '../support/until.mjs';
import { Chromium, desktop } from './browser.mjs';
import { axe_findings, overflow_findings, settled } from './inspect.mjs';
import { kGrid, log_in, outbox, tell_first } from './screens.mjs';

const kPictures = process.env.WANGDI_LEDGER_PICTURES;
let installation, server, chromium, worker, resident, officer, door, person, link, code;
before(async () => {
  installation = new Installation();
  [server, chromium] = await Promise.all([installation.serve(), Chromium.start()]);
  const client = await logged_in(server, 'worker1');
  const { doors } = (await client.get(`/api/v1/screening/doors?grid=${kGrid}`)).json;
  const year = new Date().getFullYear();
  const grown = ({ birth_year }) => birth_year && year - birth_year > 20;
  door = doors.find(({ persons }) => persons.some(grown));
  person = door.persons.find(grown);
  const body = { subject: person.id, fields: ['name', 'phone'], purpose: 'home_visit' };
  assert.equal((await client.post('/api/v1/residents/unmask', body)).status, 200);
  [worker, resident, officer] = await Promise.all([
    chromium.profile(),
    chromium.profile(),
    chromium.profile({ viewport: desktop }),
  ]);
  await log_in(worker.page, server, 'worker1');
  await log_in(officer.page, server, 'officer');
});
after(async () => {
  await chromium?.close();
  await server?.stop();
  installation?.remove();
});

async function look_at(page, name) {
  await settled(page);
  assert.deepEqual([...(await axe_findings(page)), ...(await overflow_findings(page))], [], name);
  if (!kPictures) return;
  mkdirSync(kPictures, { recursive: true });
  await page.screenshot({ path: join(kPictures, `${name}.png`) });
}

// security: LG4, PR3
test('given_a_person_when_a_worker_makes_a_slip_then_link_and_code_are_shown_once', async () => {
  const { page } = worker;
  await page.goto(`${server.url}/doors/${door.household}`);
  const row = page.locator('.li.person').filter({ hasText: person.name });
  await row.getByRole('link', { name: /查阅和申请/ }).click();
  await page.getByRole('heading', { name: '查阅条和申请' }).waitFor();
  await look_at(page, 'slip');
  await page.getByRole('radiogroup', { name: '交给谁' }).getByRole('radio', { name: '本人' }).click();
  await page.getByRole('button', { name: '开查阅条' }).click();
  await page.locator('.paper .code').waitFor();
  code = (await page.locator('.paper .code').innerText()).trim();
  link = (await page.locator('.paper .link').innerText()).trim();
  assert.match(code, /^\d{4}-\d{4}-\d{4}$/);
  assert.ok(!(await page.locator('.paper').innerText()).includes(person.name), 'the slip names nobody');
  await look_at(page, 'slip_made');
  assert.ok(!JSON.stringify(await outbox(page)).includes(code), 'wiped from this device');
  await page.emulateMedia({ media: 'print' });
  if (kPictures) await page.screenshot({ path: join(kPictures, 'slip_print.png') });
  await page.emulateMedia({ media: 'screen' });
});

// security: LG4
test('given_the_slip_when_the_resident_opens_it_then_who_looked_and_why_is_read', async () => {
  const { page } = resident;
  await page.goto(link);
  await page.getByRole('heading', { name: '打开我的记录' }).waitFor();
  await look_at(page, 'my_code');
  await page.getByLabel('查阅码').fill('000000000000');
  await page.getByRole('button', { name: '打开', exact: true }).click();
  await page.getByText('这个码打不开').waitFor();
  await page.getByLabel('查阅码').fill(code.replaceAll('-', ' '));
  await page.getByRole('button', { name: '打开', exact: true }).click();
  await page.getByRole('heading', { name: '谁看过我的信息' }).waitFor();
  await page.getByText(/养育巷社区.*的网格员看了您的姓名、电话/).waitFor();
  await page.getByText('为了：入户走访').waitFor();
  await look_at(page, 'my');
  await page.reload();
  await page.getByRole('heading', { name: '谁看过我的信息' }).waitFor();

  await page.getByRole('button', { name: 'English' }).click();
  await page.getByText(/Grid worker of .*looked at your name, phone/).waitFor();
  await look_at(page, 'my_en');
  await page.getByRole('button', { name: '中文' }).click();
  await page.getByRole('button', { name: '长辈版' }).click();
  await look_at(page, 'my_elder');
  const size = await page.locator('.resident .look p').first().evaluate((one) => parseFloat(getComputedStyle(one).fontSize));
  assert.ok(size >= 18, `${size}px`);
});

// security: PR3
test('given_a_visit_when_the_resident_asks_then_the_officer_answers_and_it_is_read', async () => {
  const { page } = resident;
  await page.getByRole('radio', { name: /^改正/ }).click();
  await page.getByLabel('请说具体一点').fill('手机号换了');
  await page.getByRole('button', { name: '提交', exact: true }).click();
  await page.getByText(/社区收到了，最晚 .*答复/).waitFor();
  await page.getByText('待答复，还有 30 天').waitFor();

  const desk = officer.page;
  await desk.goto(`${server.url}/requests`);
  const row = desk.getByRole('row').filter({ hasText: '手机号换了' });
  await row.waitFor();
  await look_at(desk, 'requests');
  await row.getByRole('button', { name: /答复/ }).click();
  const form = desk.getByRole('dialog');
  await form.getByRole('radio', { name: '照办', exact: true }).click();
  await form.getByLabel('答复和理由').fill('已改成新的手机号');
  await look_at(desk, 'answer');
  await form.getByRole('button', { name: '答复', exact: true }).click();
  await desk.getByText('答复：已改成新的手机号').waitFor();
  await desk.setViewportSize({ width: 360, height: 740 });
  await look_at(desk, 'requests_phone');

  await page.reload();
  await page.getByText('答复：已改成新的手机号').waitFor();
  await page.getByRole('button', { name: '看完了，关上' }).click();
  await page.getByRole('heading', { name: '已经关上' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: '打开我的记录' }).waitFor();
});

// security: PR1
test('given_a_new_person_when_added_then_they_are_told_first_and_the_version_is_kept', async () => {
  const { page } = worker;
  for (const [name, elder, words] of [
    ['中文', false, /应对突发公共卫生事件/],
    ['中文', true, /国家防疫情的法律有规定/],
    ['English', false, /answering a public health emergency/],
    ['English', true, /The laws on epidemics say so/],
  ]) {
    await page.evaluate(
      ([lang, large]) => {
        localStorage.setItem('wangdi.lang', lang);
        localStorage.setItem('wangdi.elder', large);
      },
      [name === 'English' ? 'en' : 'zh-CN', elder ? '1' : ''],
    );
    await page.goto(`${server.url}/doors/${door.household}/person`);
    await page.getByText(words).waitFor();
    assert.equal(await page.locator('.notice dt').count(), 8, 'who, why, what, basis, to whom, how long, rights, complaint');
    assert.match(await page.locator('.notice').innerText(), /养育巷社区/);
    await look_at(page, `notice_${name === 'English' ? 'en' : 'zh'}${elder ? '_elder' : ''}`);
  }
  await page.evaluate(() => {
    localStorage.setItem('wangdi.lang', 'zh-CN');
    localStorage.setItem('wangdi.elder', '');
  });
  await page.goto(`${server.url}/doors/${door.household}/person`);
  await page.getByText('先告知，再登记').waitFor();
  assert.equal(await page.getByLabel('姓名').count(), 0, 'nothing is asked before');
  await tell_first(page);
  await page.getByLabel('姓名').fill('测试乙');
  await page.getByLabel('证件类型').selectOption('none');
  await page.getByLabel('与户主关系').selectOption('tenant');
  await page.getByRole('button', { name: '保存', exact: true }).click();
  await page.waitForURL((url) => !url.pathname.endsWith('/person'));
  let sent;
  await until('both are sent', async () => {
    sent = (await outbox(page)).filter(({ type }) => /add_person|give_notice/.test(type));
    return sent.length === 2 && sent.every(({ state }) => state === 'sent');
  });
  const [added, told] = sent;
  assert.equal(told.body.person, added.body.id);
  assert.deepEqual([told.body.version, told.body.way, told.body.holder], [1, 'read_aloud', 'self']);
  const client = await logged_in(server, 'worker1');
  const slip = uuid();
  const made = await client.one('ledger.make_slip', kGrid, { slip, person: added.body.id, holder: 'self' });
  const { page: mine } = await chromium.profile();
  await mine.goto(`${server.url}/my/${slip}`);
  await mine.getByLabel('查阅码').fill(made.answer.slip_code);
  await mine.getByRole('button', { name: '打开', exact: true }).click();
  await mine.getByText(/读给对方听了：第 1 版/).waitFor();
  await mine.getByText('看告知书').click();
  await mine.getByText(/应对突发公共卫生事件/).waitFor();
  await look_at(mine, 'my_notice');
});

// security: PR1
test('given_somebody_of_a_roster_when_told_later_then_it_is_kept_from_the_slip_page', async () => {
  const { page } = worker;
  await page.goto(`${server.url}/slip/${door.household}/${person.id}`);
  const step = page.getByRole('region', { name: '补上告知' });
  await step.getByRole('radio', { name: '给对方看了' }).click();
  await step.getByRole('radio', { name: '本人' }).click();
  await step.getByRole('button', { name: '记下已告知' }).click();
  await step.waitFor({ state: 'detached' });
  await until('it is sent', async () => {
    const told = (await outbox(page)).filter(({ type }) => type === 'ledger.give_notice').at(-1);
    return told?.body.person === person.id && told.body.way === 'shown' && told.state === 'sent';
  });
});

// security: PR3
test('given_somebody_at_the_counter_when_the_worker_writes_it_down_then_it_is_listed', async () => {
  const { page } = worker;
  await page.goto(`${server.url}/slip/${door.household}/${person.id}`);
  const form = page.getByRole('form', { name: '替居民记一件申请' });
  await form.getByRole('radio', { name: '要一份复印件' }).or(form.getByRole('radio').nth(1)).first().click();
  await form.getByRole('radiogroup', { name: '谁来提' }).getByRole('radio', { name: '代办人' }).click();
  await form.getByLabel('具体要求').fill('女儿来要一份');
  await form.getByRole('button', { name: '记下申请' }).click();
  await page.getByText('申请已记下').waitFor();
  await officer.page.reload();
  await officer.page.getByText('女儿来要一份').waitFor();
});
