// SPDX-License-Identifier: Apache-2.0
// Bad input on each form of the worker: the registry's own words stand at the field, in both
// languages, and what was typed is kept.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { logged_in } from '../support/client.mjs';
import { Installation, root } from '../support/server.mjs';
import { until } from '../support/until.mjs';
import { Chromium } from './browser.mjs';
import { kGrid, outbox, tell_first, worker_at_doors } from './screens.mjs';

// The registry itself, so that no text is written a second time.
const registry = new Map(
  [...readFileSync(join(root, 'src/base/errors.def'), 'utf8').matchAll(
    /^WD_ERROR\(\d+, (\w+), \d+, "((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)"\)/gm,
  )].map(([, name, ...texts]) => [name, texts.map((text) => text.replaceAll('\\"', '"'))]),
);
const words = (name, lang, details = {}) => {
  const text = registry.get(name)[lang === 'en' ? 2 : 0];
  return text.replace(/\{(\w+)\}/g, (_, key) => details[key]);
};

let installation, server, chromium, door, worker;
const profiles = {};
before(async () => {
  installation = new Installation();
  [server, chromium] = await Promise.all([installation.serve(), Chromium.start()]);
  worker = await logged_in(server, 'worker1');
  const { doors } = (await worker.get(`/api/v1/screening/doors?grid=${kGrid}`)).json;
  door = doors.find(({ status, persons }) => status === 'due' && persons.length === 2);
  for (const lang of ['zh-CN', 'en']) {
    profiles[lang] = await chromium.profile({ lang });
    await worker_at_doors(profiles[lang], server);
  }
});
after(async () => {
  await chromium?.close();
  await server?.stop();
  installation?.remove();
});

const titles = {
  'zh-CN': { name: '姓名', number: '证件号', phone: '手机', kind: '证件类型', relation: '与户主关系', room: '室号', state: '住房状态', reason: '为什么改', group: '重点群体', why: '依据', save: '保存', add: '列入', next: '下一步', sick: '有人不舒服', cough: '咳嗽', not_measured: '没有量', current: '现在的密码', password: '新密码', again: '新密码，再输一遍', change: '改密码' },
  en: { name: 'Name', number: 'Document number', phone: 'Mobile phone', kind: 'Document kind', relation: 'Relation to the head', room: 'Room', state: 'State', reason: 'Reason', group: 'Key group', why: 'Reason', save: 'Save', add: 'Add', next: 'Next', sick: 'Someone is unwell', cough: 'Cough', not_measured: 'Not measured', current: 'Current password', password: 'New password', again: 'New password again', change: 'Change password' },
};
// The label of a field that may be left empty says so after its name.
const field = (page, title) =>
  page.getByLabel(new RegExp(`^${title}(（可不填）| ?\\(optional\\))?$`)).filter({ visible: true });
// The error that a screen reader is told at this field.
async function error_of(input) {
  return until('the field has an error', async () => {
    if ((await input.getAttribute('aria-invalid')) !== 'true') return undefined;
    const ids = ((await input.getAttribute('aria-describedby')) ?? '').split(' ').filter(Boolean);
    const texts = await input.evaluate(
      (element, all) => all.map((id) => element.ownerDocument.getElementById(id)?.innerText ?? ''),
      ids,
    );
    return texts.join('\n');
  });
}
async function says(input, text) {
  const error = await error_of(input);
  assert.ok(error.includes(text), `"${error}" should say "${text}"`);
}
const press = (page, name) => page.getByRole('button', { name, exact: true }).click();

for (const lang of ['zh-CN', 'en']) {
  const t = titles[lang];

  test(`${lang}: a person's form`, async () => {
    const { page } = profiles[lang];
    await page.goto(`${server.url}/doors/${door.household}/person`);
    await tell_first(page);
    await press(page, t.save);
    await says(field(page, t.name), words('field_missing', lang));
    await says(field(page, t.relation), words('field_missing', lang));
    await field(page, t.name).fill('测试甲');
    await field(page, t.kind).selectOption('identity_card');
    await field(page, t.relation).selectOption('other');
    await field(page, t.phone).fill('12345678901');
    await field(page, t.number).fill('990100199003070015');
    await press(page, t.save);
    await says(field(page, t.phone), words('mobile_invalid', lang));
    await says(field(page, t.number), words('id_number_check', lang, { expected: '9' }));
    await field(page, t.number).fill('99010019900307');
    await says(field(page, t.number), words('id_number_length', lang, { length: 14 }));
    await field(page, t.number).fill('990100199013070019');
    await says(field(page, t.number), words('id_number_date', lang));
    assert.equal(await field(page, t.name).inputValue(), '测试甲', 'what was typed is kept');
    await field(page, t.kind).selectOption('passport'); // another document has no such rule
    await field(page, t.number).fill('E99000001');
    assert.equal(await field(page, t.number).getAttribute('aria-invalid'), null);
    assert.equal((await outbox(page)).length, 0, 'nothing wrong was saved');
  });

  test(`${lang}: a household's form`, async () => {
    const { page } = profiles[lang];
    await page.goto(`${server.url}/doors/${door.household}/edit`);
    await until('the form is filled', async () => (await field(page, t.room).inputValue()) !== '');
    await field(page, t.room).fill('');
    await field(page, t.state).selectOption('shop');
    await press(page, t.save);
    await says(field(page, t.reason), words('field_missing', lang));
    await says(field(page, t.room), words('field_missing', lang));
  });

  test(`${lang}: a key group's form`, async () => {
    const { page } = profiles[lang];
    await page.goto(`${server.url}/doors/${door.household}/person/${door.persons[0].id}/group`);
    await field(page, t.group).waitFor();
    await press(page, t.add);
    await says(field(page, t.group), words('field_missing', lang));
    await says(field(page, t.why), words('field_missing', lang));
  });

  test(`${lang}: a temperature whose point slipped`, async () => {
    const { page } = profiles[lang];
    await page.goto(`${server.url}/doors/${door.household}/visit`);
    await page.getByRole('checkbox', { name: t.sick }).click();
    await press(page, t.next);
    await page.getByRole('checkbox').first().click();
    await press(page, t.next);
    await page.getByRole('checkbox', { name: t.cough }).click();
    await press(page, t.next);
    for (const key of ['3', '.', '7', '6']) await press(page, key);
    await page
      .getByText(words('temperature_out_of_range', lang, { least: '34.0', most: '42.0' }))
      .waitFor();
    await press(page, t.next);
    await page.getByRole('button', { name: /37\.6/ }).click();
    assert.equal(await page.locator('.entry input').inputValue(), '37.6');
    await press(page, t.next);
    await page.getByText(lang === 'en' ? '37.6 °C' : '37.6 ℃').waitFor();
    // Given up in the middle, the draft is there when the door is opened again.
    await until('the draft is kept', async () => (await outbox(page)).some(({ state }) => state === 'draft'));
  });

  test(`${lang}: the password's form`, async () => {
    const { page } = profiles[lang];
    await page.goto(`${server.url}/me/password`);
    await press(page, t.change);
    await says(field(page, t.current), words('field_missing', lang));
    await field(page, t.current).fill('wrong-wrong-wrong');
    await field(page, t.password).fill('short');
    await field(page, t.again).fill('other');
    await press(page, t.change);
    await until('the two differ', async () => (await field(page, t.again).getAttribute('aria-invalid')) === 'true');
    await field(page, t.again).fill('short');
    await press(page, t.change);
    await page.getByText(words('password_too_short', lang, { limit: 10 })).or(page.getByText(words('login_failed', lang))).first().waitFor();
  });
}
