// SPDX-License-Identifier: Apache-2.0
// Every page of the offices from the community to the nation, in both languages, light and dark,
// normal and elder; the same is looked at as on the worker's pages.
import { after, before, test } from 'node:test';
import { Client, logged_in, open_accounts, uuid } from '../support/client.mjs';
import { Installation } from '../support/server.mjs';
import { make_xlsx } from '../support/xlsx.mjs';
import { Chromium } from './browser.mjs';
import { large_first, look_at_all, press } from './look.mjs';
import { kCommunity, kGrid } from './screens.mjs';

let installation, server, chromium, due;
before(async () => {
  installation = new Installation();
  [server, chromium] = await Promise.all([installation.serve(), Chromium.start()]);
  const officer = await logged_in(server, 'officer');
  const view = (await officer.get(`/api/v1/screening/doors?grid=${kGrid}`)).json;
  due = view.doors.find(({ status, persons }) => status === 'due' && persons.length > 1);
});
after(async () => {
  await chromium?.close();
  await server?.stop();
  installation?.remove();
});

function county_pages() {
  const community = `/board/${kCommunity}`;
  return [
    ['county_board', '/board'],
    ['county_stored', '/board?day=2020-02-18'],
    ['find_region', '/board', (page) => page.locator('.topbar .find, .body .find').first().click()],
    ['cut_off', '/board', (page) => press(page, /^(存下这一刻|Store this moment)/)],
    ['township_board', '/board/320508019'],
    ['community_board', community],
    ['community_table', community, (page) => press(page, /^(表|Table)$/)],
    ['community_house', `${community}?household=${due.household}`],
    ['community_records', `${community}?records=households_reached`],
    ['round_end', community, (page) => press(page, /^(结束这轮|End this round)/)],
    ['no_data_board', '/board/320508018'],
    ['households_pick', '/households'],
    ['households', `/households?community=${kCommunity}`, (page) => page.locator('#house-search').fill('302')],
    ['places_pick', '/places'],
    ['places_new', '/places?community=320508018014'],
    ['accounts', '/accounts'],
    ['account_open', '/accounts', (page) => press(page, /^(开通账号|Open an account)/)],
    ['account_close', '/accounts', (page) => press(page, /^(停用|Close)/)],
    ['indicators', '/indicators'],
    ['county_me', '/me'],
    ['county_outbox', '/me/outbox'],
    ['county_factor', '/me/factor'],
  ];
}
const roster = make_xlsx([
  ['楼幢', '单元', '楼层', '室号', '姓名', '证件类型', '证件号', '与户主关系'],
  ['1幢', '3', '6', '691', '试甲', '没有证件', '', '户主'],
  ['99幢', '3', '6', '692', '试乙', '居民身份证', '990199199001010019', '户主'],
]);
const officer_pages = [
  ['officer_board', '/board'],
  ['import', '/import'],
  [
    'import_tried',
    '/import',
    async (page) => {
      await page.locator('input[type=file]').first().setInputFiles({ name: 'x.xlsx', mimeType: 'application/x', buffer: roster });
      await page.locator('.five').waitFor();
    },
  ],
  ['places', '/places'],
  ['place_grid', '/places', (page) => press(page, /^(添加网格|Add a grid)$/)],
  [
    'place_buildings_errors',
    '/places',
    async (page) => {
      await press(page, /^(添加楼幢|Add buildings)$/);
      await press(page, /^(一样的几幢|Several alike)$/);
      await page.locator('dialog[open] button[type=submit]').click();
    },
  ],
  ['export', '/import', (page) => press(page, /^(导出名册|Export the roster)/)],
];
const nation_pages = [
  ['nation_board', '/board'],
  ['province_board', '/board/32'],
  ['city_board', '/board/3205'],
  ['nation_community', `/board/${kCommunity}`],
];
// An officer of a district where nothing has begun.
async function new_officer() {
  const name = 'new.district';
  const [secret] = await open_accounts(server, [
    { account: uuid(), name, display_name: '陈宁', role: 'county_officer', region: '320507' },
  ]);
  const officer = new Client(server.url);
  await officer.log_in(name, secret);
  const { password } = installation;
  const body = { current: secret, next: `${password}-9` };
  const changed = await officer.post('/api/v1/session/password', body);
  if (changed.status >= 300) throw new Error(changed.text);
  return { account: name, password: body.next };
}
const empty_pages = [
  ['empty_board', '/board'],
  ['round_start', '/board', (page) => press(page, /^(开始一轮|Start a round)/)],
  ['empty_community', '/board/320507001001'],
];
const of = (account, pages) => look_at_all({ server, chromium, account, pages, sizes: large_first });
test('every page of a county officer', () => of('county', county_pages()));
test('every page of a community officer', () => of('officer', officer_pages));
test('every page of a district where nothing has begun', async () => {
  const officer = await new_officer();
  return look_at_all({ server, chromium, ...officer, pages: empty_pages, sizes: large_first });
});
test('every page of the nation', () => of('nation', nation_pages));
test('every page of an administrator', () => of('admin', [['admin_accounts', '/accounts']]));
