// SPDX-License-Identifier: Apache-2.0
// Every page of a grid worker, in both languages, light and dark, normal and elder: no finding of axe,
// nothing wider than the screen from 320 to 1440 pixels, sizes as promised, nothing leaves the
// origin, no policy is broken.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { logged_in, uuid } from '../support/client.mjs';
import { Installation } from '../support/server.mjs';
import { until } from '../support/until.mjs';
import { Chromium, kPin } from './browser.mjs';
import { settled } from './inspect.mjs';
import { look_at_all, press, small_first } from './look.mjs';
import { all_sent, kGrid, outbox, put_row, tell_first } from './screens.mjs';


let installation, server, chromium, doors, officer;
before(async () => {
  installation = new Installation();
  [server, chromium] = await Promise.all([installation.serve(), Chromium.start()]);
  officer = await logged_in(server, 'officer');
  doors = (await officer.get(`/api/v1/screening/doors?grid=${kGrid}`)).json.doors;
});
after(async () => {
  await chromium?.close();
  await server?.stop();
  installation?.remove();
});

const next = (page) => press(page, /^(下一步|Next)$/);
const pick = (page, n) => page.locator('.opt').nth(n).click();

function worker_pages({ due, done, visit, record, conflict, refused }) {
  const house = `/doors/${due.household}`;
  const person = due.persons[0].id;
  // An earlier state of the page left its answers as a draft.
  const afresh = async (page) => {
    const again = page.getByRole('button', { name: /^(从头写|Start over)$/ });
    if (await again.isVisible()) {
      await again.click();
      await again.waitFor({ state: 'hidden' });
    }
    await settled(page);
  };
  const sick = [
    (page) => pick(page, 0),
    next,
    (page) => pick(page, 0),
    next,
    (page) => pick(page, 1),
    next,
  ];
  const run = (...steps) => async (page) => {
    for (const step of [afresh, ...steps]) await step(page);
  };
  return [
    ['doors', '/doors'],
    ['search', '/doors/search'],
    ['slip', `/slip/${due.household}/${person}`],
    ['search_found', '/doors/search', (page) => page.locator('#search input').fill(due.room)],
    ['add_household', '/doors/add'],
    ['add_household_errors', '/doors/add', (page) => press(page, /^(保存|Save)$/)],
    ['household', house],
    ['household_done', `/doors/${done.household}`],
    ['unmask', house, (page) => press(page, /^(看全|Show in full)/)],
    ['edit_household', `${house}/edit`],
    ['visit_what', `${house}/visit`],
    ['visit_who', `${house}/visit`, run(...sick.slice(0, 2))],
    ['visit_symptoms', `${house}/visit`, run(...sick.slice(0, 4))],
    ['visit_temperature', `${house}/visit`, run(...sick)],
    ['visit_temperature_wrong', `${house}/visit`, run(...sick, (page) => page.locator('.entry input').fill('376'))],
    ['visit_check', `${house}/visit`, run(...sick, (page) => page.locator('.entry input').fill('37.6'), next)],
    ['visit_returned', `${house}/visit`, run((page) => pick(page, 1), next, (page) => pick(page, 0), next)],
    ['visit_contact', `${house}/visit`, run((page) => pick(page, 2), next, (page) => pick(page, 0), next)],
    ['correct_visit', `/doors/${done.household}/visits/${visit}`],
    ['notice', `${house}/person`],
    ['add_person', `${house}/person`, tell_first],
    [
      'add_person_errors',
      `${house}/person`,
      async (page) => {
        await tell_first(page);
        await press(page, /^(保存|Save)$/);
      },
    ],
    ['edit_person', `${house}/person/${person}`],
    ['key_group', `${house}/person/${person}/group`],
    ['people', '/people'],
    ['person_house', `/people/${due.household}`],
    ['me', '/me'],
    ['password', '/me/password'],
    ['factor', '/me/factor'],
    ['outbox', '/me/outbox'],
    ['record', `/me/outbox/${record}`],
    ['conflict', `/me/outbox/${conflict}`],
    ['refused', `/me/outbox/${refused}`],
    ['not_here', '/nowhere'],
  ];
}
const bare_pages = [
  ['login', '/login'],
  ['login_errors', '/login', (page) => page.keyboard.press('Enter')],
  [
    'login_failed',
    '/login',
    async (page) => {
      await page.locator('input[autocomplete=username]').fill('nobody');
      await page.locator('input[autocomplete=current-password]').fill('no such password');
      await page.keyboard.press('Enter');
      await page.locator('.banner.stop').waitFor();
    },
  ],
];

// A worker with a visit that is sent, one that was refused and one that waits for a decision.
async function busy_worker(profile) {
  const { page } = profile;
  const due = doors.find(({ status, persons }) => status === 'due' && persons.length > 1);
  const done = doors.filter(({ status, last }) => status === 'done' && last)[profile.turn ?? 0];
  const save = (type, { id, sequence, body }, base_position) =>
    put_row(page, { id, type, body, base_position, device_sequence: sequence });
  const view = (await officer.get(`/api/v1/residents/household?household=${done.household}`)).json;
  await officer.one('residents.correct_household', kGrid, {
    household: done.household,
    floor: view.floor === 2 ? 3 : 2,
    reason: '核对',
  });
  const record = await save('screening.record_visit', {
    id: uuid(),
    sequence: 9001,
    body: { visit: uuid(), household: done.household, outcome: 'all_well' },
  });
  const conflict = await save(
    'residents.correct_household',
    { id: uuid(), sequence: 9002, body: { household: done.household, floor: 5, reason: '上门看到的' } },
    { district: view.district, sequence: view.sequence },
  );
  const refused = await save('residents.add_person', {
    id: uuid(),
    sequence: 9003,
    body: { id: uuid(), household: uuid(), name: '试甲', document_kind: 'none', relation: 'head' },
  });
  await page.goto(`${server.url}/doors`);
  await until('all three are answered', async () => (await outbox(page)).every(({ state }) => state !== 'queued'));
  return { due, done, visit: done.last.visit, record, conflict, refused };
}

test('every page before the log-in', () =>
  look_at_all({ server, chromium, pages: bare_pages, sizes: small_first }));
test('every page of a grid worker', () => {
  const pages = async (profile) => worker_pages(await busy_worker(profile));
  return look_at_all({ server, chromium, account: 'worker1', pages, sizes: small_first });
});

// Choosing a PIN, and typing it: what stands there before, after a mistake, and for who forgot it.
const pin_pages = {
  unset: [
    ['pin_set', '/doors'],
    ['pin_set_error', '/doors', (page) => page.keyboard.press('Enter')],
  ],
  locked: [
    ['pin', '/doors'],
    ['pin_forgotten', '/doors', (page) => press(page, /^(忘了密码|Forgot PIN)$/)],
    [
      'pin_wrong',
      '/doors',
      async (page) => {
        await page.locator('#pin input').fill('135791');
        await page.getByRole('alert').waitFor();
      },
    ],
  ],
};
for (const [state, pages] of Object.entries(pin_pages)) {
  test(`every screen of a PIN that is ${state}`, () =>
    look_at_all({
      server,
      chromium,
      sizes: small_first,
      pages: async (profile) => {
        const { page } = profile;
        if (state === 'unset') await profile.types_pin(page, false);
        await page.goto(`${server.url}/login`);
        await page.locator('input[autocomplete=username]').fill('worker2');
        await page.locator('input[autocomplete=current-password]').fill(installation.password);
        await page.keyboard.press('Enter');
        await page.locator(state === 'unset' ? 'form#pin' : '.topbar').waitFor({ state: 'attached' });
        if (state === 'locked') await profile.types_pin(page, false);
        return pages;
      },
    }));
}

test('with the keyboard only: log in and note one household', async () => {
  const profile = await chromium.profile();
  const { page } = profile;
  await profile.types_pin(page, false);
  await page.goto(`${server.url}/login`);
  await settled(page);
  const focused = () => page.evaluate(() => document.activeElement?.innerText || document.activeElement?.name || document.activeElement?.autocomplete);
  const tab_to = async (what, most = 40) => {
    for (let i = 0; i < most; i += 1) {
      await page.keyboard.press('Tab');
      const at = await focused();
      if (what.test(at ?? '')) {
        // Wherever the focus is, it can be seen.
        const seen = await page.evaluate(() => {
          const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
          return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
        });
        assert.ok(seen, `the focus on "${at}" cannot be seen`);
        return;
      }
    }
    assert.fail(`no way to ${what} with the Tab key`);
  };
  await tab_to(/^username$/);
  await page.keyboard.type('worker1');
  await tab_to(/^current-password$/);
  await page.keyboard.type(installation.password);
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.pathname === '/doors');
  await page.locator('form#pin').waitFor();
  await page.keyboard.type(kPin);
  await page.keyboard.press('Tab');
  await page.keyboard.type(kPin);
  await page.keyboard.press('Enter');
  await page.locator('.topbar').waitFor({ state: 'attached' });
  await settled(page);
  await tab_to(/^全户正常$/);
  await page.keyboard.press('Enter');
  await all_sent(page, 1);
  await tab_to(/幢.*室/);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '这户有什么情况？' }).waitFor();
  await tab_to(/没有人应门/);
  await page.keyboard.press('Space');
  await tab_to(/^下一步$/);
  await page.keyboard.press('Enter');
  await tab_to(/^保存$/);
  await page.keyboard.press('Enter');
  await all_sent(page, 2);
});
