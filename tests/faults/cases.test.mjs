// SPDX-License-Identifier: Apache-2.0
// Cases on the real server, days later by its clock: a demo's normal day opens none, a replayed
// snoop of each kind is found, a kill between two steps neither loses nor doubles one, and only the
// auditor sees and closes them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { logged_in, uuid } from '../support/client.mjs';
import { until } from '../support/until.mjs';
import { faulty_installation, kCommunity, kGrid, verify } from './support.mjs';

const kDayMs = 86_400_000;
const kRoles = ['worker1', 'officer', 'township', 'county', 'city', 'province', 'nation', 'admin', 'security'];
let place, server;
// The server's day, counted from today; sessions of before have ended by then.
async function on(day) {
  if (server) await server.kill();
  place.faults.set_clock(day * kDayMs);
  server = await place.serve({ log_level: 'info' });
}
const judged = (days) =>
  until('the days are judged', () => (server.log.match(/access_log_judged/g) ?? []).length >= days);
async function cases(open = true) {
  const auditor = await logged_in(server, 'audit');
  const { json, status, text } = await auditor.get(`/api/v1/audit/cases?open=${open}`);
  assert.equal(status, 200, text);
  return json.rows;
}
const kinds = (rows) => rows.map(({ kind }) => kind).sort();
async function people(client, grids) {
  const all = [];
  for (const grid of grids) {
    const { doors } = (await client.get(`/api/v1/screening/doors?grid=${grid}`)).json;
    for (const { household, persons } of doors) {
      if (persons.length > 0) all.push({ household, person: persons[0].id, key: persons.some((one) => one.key_groups.length > 0) });
    }
  }
  return all;
}
async function unmask(client, subject) {
  const { status, text } = await client.post('/api/v1/residents/unmask', { subject, fields: ['name', 'phone'], purpose: 'home_visit' });
  assert.equal(status, 200, text);
}

before(() => {
  place = faulty_installation();
});
after(async () => {
  await server?.kill();
  place.remove();
});

// security: LG5
test('a normal day of the demo is quiet', async () => {
  await on(0);
  const officer = await logged_in(server, 'officer');
  for (const name of ['worker1', 'worker2', 'worker3']) {
    const worker = await logged_in(server, name);
    const grid = worker.account.region.code;
    const doors = await people(worker, [grid]);
    // Half of the doors are rung up first, then all are gone to.
    for (const [i, { household, person }] of doors.slice(0, 40).entries()) {
      if (i % 2 === 0) await unmask(worker, person);
      const visit = { visit: uuid(), household, outcome: 'all_well', exceptions: [] };
      assert.equal((await worker.one('screening.record_visit', grid, visit)).status, 'applied');
    }
  }
  // The officer answers the telephone: some calls end in a record, some do not.
  const residents = await people(officer, [kGrid]);
  for (const [i, { person }] of residents.slice(60, 80).entries()) {
    await unmask(officer, person);
    if (i % 2 === 0) continue;
    const body = { person, relation: 'other', reason: '电话里说的' };
    const { status } = await officer.one('residents.correct_person', kGrid, body);
    assert.ok(['applied', 'refused'].includes(status));
  }
  const roster = { community: kCommunity, purpose: 'official_request' };
  assert.equal((await officer.post('/api/v1/residents/export', roster)).status, 200);
  await on(3);
  await judged(1);
  assert.deepEqual(await cases(), []);
});

// security: LG5
test('a replayed snoop of each kind is found, also when the judge is killed', async () => {
  // Other people's households, a list of numbers, and one neighbour day after day.
  let neighbour;
  for (let day = 20; day < 24; day += 1) {
    await on(day);
    const officer = await logged_in(server, 'officer');
    const others = (await people(officer, ['320508019044001', '320508019044002', '320508019044003'])).filter(({ key }) => !key);
    neighbour ??= others.at(-1);
    await unmask(officer, neighbour.person);
    if (day !== 23) continue;
    for (const { person } of others.slice(-40, -10)) await unmask(officer, person);
    const township = await logged_in(server, 'township');
    for (let i = 0; i < 12; i += 1) {
      const wanted = { phone: `1990012${String(1000 + i)}`, purpose: 'official_request' };
      assert.equal((await township.post('/api/v1/residents/find', wanted)).status, 200);
    }
  }
  // Killed before, while and after it judges; then it comes to its end.
  for (const wait_ms of [0, 900, 1_050, 1_150]) {
    await on(26);
    const begun = performance.now();
    while (performance.now() < begun + wait_ms) await server_is_there();
  }
  await on(26);
  await until('all is judged', async () => (await cases()).length >= 3);
  const found = await cases();
  assert.deepEqual(kinds(found), ['many_households', 'same_household', 'searches']);
  const many = found.find(({ kind }) => kind === 'many_households');
  assert.ok(many.without_task >= 30, String(many.without_task));
  assert.equal(many.name, '何晓琳');
  const text = JSON.stringify(found);
  assert.ok(!text.includes(neighbour.person) && !text.includes(neighbour.household), 'no resident is named');
});
const server_is_there = () => fetch(`${server.url}/health`).then((answer) => answer.status);

// security: AZ6, LG5
test('only the auditor sees and closes a case', async () => {
  const auditor = await logged_in(server, 'audit');
  const [one, ...rest] = await cases();
  const lines = `/api/v1/audit/case_lines?district=${one.district.code}&audit_case=${one.audit_case}`;
  const body = { audit_case: one.audit_case, district: one.district.code, outcome: 'warned', reason: '问过本人，不是工作' };
  for (const name of kRoles) {
    const client = await logged_in(server, name);
    for (const path of ['/api/v1/audit/cases?open=true', '/api/v1/audit/cases?open=false', lines]) {
      assert.equal((await client.get(path)).status, 404, `${name} ${path}`);
    }
    const refused = await client.one('audit.close_case', one.district.code, body);
    assert.equal(refused.problem?.name, 'not_found', name);
  }
  const read = await auditor.get(lines);
  assert.equal(read.json.rows.length, one.without_task);
  assert.equal((await auditor.one('audit.close_case', one.district.code, body)).status, 'applied');
  assert.equal((await auditor.one('audit.close_case', one.district.code, body)).problem?.name, 'already_decided');
  assert.equal((await cases()).length, rest.length);
  const [closed] = await cases(false);
  assert.deepEqual([closed.outcome, closed.reason], ['warned', body.reason]);
  await server.stop();
  verify(place.installation);
  assert.equal(place.installation.run(['rebuild', '--check']).status, 0);
});
