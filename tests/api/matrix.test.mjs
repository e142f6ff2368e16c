// SPDX-License-Identifier: Apache-2.0
// The matrix role x operation x region: every operation of the server's own description is tried by
// every role at places inside and outside its region. Allowed is what the description says of roles
// and what the subtree says of regions, and nothing else; whatever is not allowed answers as if it
// were not there. An operation without an entry below fails the test.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { logged_in, uuid } from '../support/client.mjs';
import { Installation } from '../support/server.mjs';

const accounts = {
  grid_worker: { name: 'worker1', region: '320508019044001' },
  community_officer: { name: 'officer', region: '320508019044' },
  township_officer: { name: 'township', region: '320508019' },
  county_officer: { name: 'county', region: '320508' },
  higher_officer: { name: 'city', region: '3205' },
  system_administrator: { name: 'admin', region: '' },
  security_administrator: { name: 'security', region: '' },
  audit_administrator: { name: 'audit', region: '' },
};
// One place of each level above the grids, and neighbours of them.
const regions = ['', '32', '3205', '320508', '320508019', '320508019044', '33', '3206', '320507', '320508018', '320508019043'];

const day = (offset) => new Date(Date.now() + (8 + 24 * offset) * 3600e3).toISOString().slice(0, 10);
const everywhere = (request) => () => regions.map((region) => ({ region, ...request(region) }));
// Operations on what stands in a grid, tried in two grids of the community.
const in_grids = (request) => (grids) => grids.map((grid) => ({ region: grid.code, ...request(grid) }));
// The same where only the community is named.
const in_communities = (request) => () =>
  ['320508019044', '320508019043', '320507001001'].map((region) => ({ region, ...request(region) }));
const get = (path) => ({ method: 'GET', path });
const post = (path, body) => ({ method: 'POST', path, body });
const csv = (path) => ({ method: 'POST', path, raw: '姓名\n', headers: { 'content-type': 'application/octet-stream' } });
let serial = 0;

const queries = {
  'get accounts': everywhere((region) => get(`accounts?region=${region}`)),
  'get accounts/tokens': () => [{ own: true, ...get('accounts/tokens') }],
  'get accounts/me': () => [{ own: true, ...get('accounts/me') }],
  'get approvals': everywhere((region) => get(`approvals?region=${region}`)),
  'get audit/cases': () => [{ own: true, ...get('audit/cases?open=true') }],
  // A case is opened days later: tests/faults/cases.test.mjs tries them in every role.
  'get audit/case_lines': () => [],
  'get audit/districts': () => [{ own: true, ...get('audit/districts') }],
  'get audit/reads': () => [{ own: true, ...get(`audit/reads?district=320508&from=${day(-1)}&until=${day(0)}`) }],
  'get audit/chain': () => [{ own: true, ...get('audit/chain?district=320508') }],
  'post audit/export': () => [{ own: true, ...post('audit/export', { district: '320508', from: day(-1), until: day(0) }) }],
  'get holds': everywhere((region) => get(`holds?region=${region}`)),
  'get ledger/requests': everywhere((region) => get(`ledger/requests?region=${region}`)),
  'get matching': everywhere((region) => get(`matching?region=${region}`)),
  // Of whoever asked for the match only.
  'get matching/result': () => [],
  'post matching/upload': in_communities((region) => csv(`matching/upload?region=${region}&purpose=official_request&reason=x&file_name=x.csv`)),
  'get regions/buildings': in_communities((community) => get(`regions/buildings?community=${community}`)),
  'get regions/children': everywhere((region) => get(`regions/children?region=${region}`)),
  'get regions/path': everywhere((region) => get(`regions/path?region=${region}`)),
  'get regions/search': everywhere((region) => get(`regions/search?q=gs&under=${region}`)),
  'get reporting/board': everywhere((region) => get(`reporting/board?region=${region}`)),
  'get reporting/cut_offs': everywhere((region) => get(`reporting/cut_offs?region=${region}`)),
  'get reporting/indicators': () => [{ own: true, ...get('reporting/indicators') }],
  'post residents/export': in_communities((community) => post('residents/export', { community, purpose: 'home_visit' })),
  'post residents/find': () => [{ own: true, ...post('residents/find', { phone: '19900123456', purpose: 'home_visit' }) }],
  'get residents/household': in_grids((grid) => get(`residents/household?household=${grid.household}`)),
  'get residents/import': () => [],
  'post residents/import': in_communities((community) => csv(`residents/import?community=${community}&mode=try&file_name=x.csv`)),
  'post residents/import/errors': in_communities((community) => csv(`residents/import/errors?community=${community}&file_name=x.csv`)),
  'post residents/search': in_communities((community) => post('residents/search', { community, text: 'zm' })),
  'get retention/certificates': everywhere((region) => get(`retention/certificates?region=${region}`)),
  'get retention/preview': everywhere((region) => get(`retention/preview?region=${region}`)),
  'get residents/template': () => [{ own: true, ...get('residents/template') }],
  'post residents/unmask': in_grids((grid) => post('residents/unmask', { subject: grid.person, fields: ['name'], purpose: 'home_visit' })),
  'get status/alarms': everywhere((region) => get(`status/alarms?region=${region}`)),
  'get status/desk': everywhere((region) => get(`status/desk?region=${region}`)),
  // The building stands in the first grid of the first community; elsewhere it is not there.
  'get screening/building': (grids) => [{ region: '320508019044', ...get(`screening/building?community=320508019044&building=${grids[0].building}`) }],
  'get screening/doors': in_grids((grid) => get(`screening/doors?grid=${grid.code}`)),
  'get screening/visits': in_communities((community) => get(`screening/visits?community=${community}`)),
};
// Where the server lets a grid worker name the community it works in, and shows the own grid only;
// and what is not judged by a region of its own (a job belongs to who started it).
const own_community = new Set(['get regions/buildings', 'post residents/search', 'get screening/building']);
const own_path = new Set(['get regions/path']);
const not_of_the_registry = [
  'commands',
  'device-state',
  'resident/visit',
  'resident/requests',
  'session',
  'session/device',
  'session/device/code',
  'session/devices',
  'session/devices/{key}',
  'session/password',
  'session/factor',
  'session/factor/confirm',
  'session/proof',
  'stream',
];

const commands = {
  'accounts.open': (grids) => grids.map((grid) => ({ region: grid.code, body: { account: uuid(), name: `test-${(serial += 1)}`, display_name: '测试', role: 'grid_worker', region: grid.code } })),
  'accounts.move': (grids) => grids.map((grid) => ({ region: grid.code, body: { account: grid.account, role: 'grid_worker', region: grid.code } })),
  'accounts.reset': (grids) => grids.map((grid) => ({ region: grid.code, body: { account: grid.account } })),
  'accounts.close': (grids) => grids.map((grid) => ({ region: grid.code, body: { account: grid.account, reason: '测试' } })),
  // In the own region of who sends it; everybody has logged in just now, so it is fresh.
  'accounts.make_token': () => [{ body: (region) => ({ token: uuid(), name: '程序', purpose: '测试', uses: ['figures'], region, days: 1 }) }],
  // One of the city's officer, revoked by the owner and by who lets people in.
  'accounts.revoke_token': (grids) => [{ region: '3205', body: grids.token }],
  'approvals.ask': () => regions.filter((region) => region.startsWith('3205')).map((region) => ({ region, body: { approval: uuid(), action: 'export_roster', region, purpose: 'home_visit', reason: '测试' } })),
  'approvals.decide': (grids) => [{ region: grids.approval.region, body: { ...grids.approval, allowed: true } }],
  'audit.close_case': () => [], // as above
  'holds.set': (grids) => grids.map((grid) => ({ region: grid.code, body: hold_of(grid.held) })),
  // One of each grid that stands: lifted by the first who may.
  'holds.lift': (grids) => grids.map((grid) => ({ region: grid.code, body: { ...grid.hold, reason: '测试' } })),
  'ledger.make_slip': (grids) => grids.map((grid) => ({ region: grid.code, body: { slip: uuid(), person: grid.person, holder: 'guardian' } })),
  'ledger.give_notice': (grids) => grids.map((grid) => ({ region: grid.code, body: { person: grid.person, version: 1, way: 'shown', holder: 'guardian' } })),
  'ledger.ask': (grids) => grids.map((grid) => ({ region: grid.code, body: { request: uuid(), person: grid.person, kind: 'copy', holder: 'guardian', words: '测试' } })),
  'ledger.answer': (grids) => grids.map((grid) => ({ region: grid.code, body: { request: grid.request, person: grid.person, verdict: 'declined', reason: '测试' } })),
  'matching.ask': () => regions.filter((region) => region.startsWith('3205')).map((region) => ({ region, body: { match: uuid(), list: uuid(), region, purpose: 'official_request', reason: '测试', rows: [{ row: 2, number: '99000000' }] } })),
  // Of whoever asked for the match only.
  'matching.run': () => [],
  'regions.add_building': (grids) => grids.map((grid) => ({ region: grid.code, body: { id: uuid(), grid: grid.code, name: `楼${(serial += 1)}`, units: 1, floors: 1, rooms_per_floor: 1 } })),
  'regions.add_compound': () => ['320508019044', '320508019043'].map((community) => ({ region: community, body: { id: uuid(), community, name: `院${(serial += 1)}` } })),
  'regions.add_grid': () => ['320508019044', '320508019043'].map((community) => ({ region: community, body: { community, suffix: String((serial += 1) + 200), name: `格${serial}` } })),
  'regions.import_tree': () => [{ region: '', body: { source: '00'.repeat(32) } }],
  'reporting.take_cut_off': () => regions.map((region) => ({ region, body: { name: `时点${(serial += 1)}`, region } })),
  'residents.add_household': (grids) => grids.map((grid) => ({ region: grid.code, body: { id: uuid(), grid: grid.code, building: grid.building, unit: '1', floor: 1, room: `${(serial += 1)}号`, state: 'occupied' } })),
  'residents.add_key_group': (grids) => grids.map((grid) => ({ region: grid.code, body: { person: grid.person, group: 'pregnant', reason: '测试', starts_on: day(0), ends_on: day(5) } })),
  'residents.add_person': (grids) => grids.map((grid) => ({ region: grid.code, body: { id: uuid(), household: grid.household, name: '甲乙', document_kind: 'none', relation: 'other' } })),
  'residents.correct_household': (grids) => grids.map((grid) => ({ region: grid.code, body: { household: grid.household, note: `备注${(serial += 1)}`, reason: '测试' } })),
  'residents.correct_person': (grids) => grids.map((grid) => ({ region: grid.code, body: { person: grid.person, relation: 'other', reason: '测试' } })),
  'residents.end_key_group': (grids) => grids.map((grid) => ({ region: grid.code, body: { person: grid.person, group: 'pregnant', ends_on: day(1), reason: '测试' } })),
  // Of somebody else than the one the other commands are about.
  'residents.erase_person': (grids) => grids.map((grid) => ({ region: grid.code, body: { person: grid.gone, reason: 'asked' } })),
  // A door of its own: its erasure answers once, to the one role that may.
  'residents.erase_household': (grids) => grids.map((grid) => ({ region: grid.code, body: { household: grid.empty, reason: 'entered_by_mistake' } })),
  'status.set': (grids) => grids.map((grid) => ({ region: grid.code, body: status_of(grid.person) })),
  // About an entry that stands: decided already for the one, open for the others.
  'status.confirm': (grids) => grids.map((grid) => ({ region: grid.code, body: { ...grid.marked, confirmed: true } })),
  'status.ask_review': (grids) => grids.map((grid) => ({ region: grid.code, body: { ...grid.marked, review: uuid(), through: 'on_paper', words: '测试' } })),
  'status.decide_review': (grids) => grids.map((grid) => ({ region: grid.code, body: { ...grid.marked, result: 'stays', reason: '测试' } })),
  'status.answer_alarm': (grids) => [{ region: grids.alarm.region, body: { ...grids.alarm, words: '测试' } }],
  'screening.record_visit': (grids) => grids.map((grid) => ({ region: grid.code, body: { visit: uuid(), household: grid.household, outcome: 'all_well', exceptions: [] } })),
  'screening.correct_visit': (grids) => grids.map((grid) => ({ region: grid.code, body: { visit: grid.visit, household: grid.household, outcome: 'all_well', exceptions: [], reason: '测试' } })),
  'screening.start_round': () => regions.map((region) => ({ region, body: { id: uuid(), region, title: `轮${(serial += 1)}`, starts_on: day(100 + serial), due_on: day(100 + serial), ends_on: day(100 + serial) } })),
  'screening.end_round': (grids) => [{ region: '320508', body: { round: grids[0].round, region: '320508', reason: '测试' } }],
};

// A status by a document, as an officer enters it.
const status_of = (person) => ({
  entry: uuid(), person, group: 'close_contact', source: 'document', starts_on: day(0), ends_on: day(14),
  document: 'contact_notice', document_number: '测试1号', issuer: '测试', issued_on: day(0), reason: '测试',
});

// A hold over a household that nobody is erased of.
const hold_of = (household) => ({
  hold: uuid(), household, ground: 'court', case_number: '测试1号', issuer: '测试', ends_on: day(9), told: true, reason: '测试',
});

let installation, server, description, grids;
const clients = new Map();
before(async () => {
  installation = new Installation();
  server = await installation.serve();
  for (const [role, { name }] of Object.entries(accounts)) clients.set(role, await logged_in(server, name));
  description = (await clients.get('county_officer').get('/openapi.json')).json;
  grids = [];
  for (const code of ['320508019044001', '320508019044002']) grids.push(await things_of(code));
  grids.alarm = await alarm_of(grids);
  grids.approval = { approval: uuid(), region: '320508019044' };
  const asked = { ...grids.approval, action: 'export_roster', purpose: 'home_visit', reason: '测试' };
  assert.equal((await clients.get('county_officer').one('approvals.ask', '320508019044', asked)).status, 'applied');
  const higher = clients.get('higher_officer');
  const token = { token: uuid(), name: '程序', purpose: '测试', uses: ['figures'], days: 1 };
  assert.equal((await higher.one('accounts.make_token', '3205', { ...token, region: '3205' })).status, 'applied');
  grids.token = { account: higher.account.id, token: token.token };
});
after(async () => {
  await server.stop();
  installation.remove();
});

// What a grid holds that an operation can be about.
async function things_of(code) {
  const county = clients.get('county_officer');
  const doors = (await county.get(`/api/v1/screening/doors?grid=${code}`)).json;
  const door = doors.doors.find((one) => one.last && one.persons.length > 0);
  const staff = (await clients.get('system_administrator').get(`/api/v1/accounts?region=${code}`)).json.rows;
  // An account that these tests may close.
  const opened = await clients.get('system_administrator').one('accounts.open', code, {
    account: uuid(),
    name: `spare-${code.slice(-3)}`,
    display_name: '备用',
    role: 'grid_worker',
    region: code,
  });
  assert.equal(opened.status, 'applied', JSON.stringify(opened));
  const others = doors.doors.filter((one) => one.household !== door.household).flatMap((one) => one.persons.map(({ id }) => id));
  const marked = status_of(others.at(-1));
  assert.equal((await county.one('status.set', code, marked)).status, 'applied');
  const rows = (await clients.get('system_administrator').get(`/api/v1/accounts?region=${code}`)).json.rows;
  const spare = rows.find(({ id }) => !staff.some((known) => known.id === id));
  const request = uuid();
  const officer = clients.get('community_officer');
  const asked = { request, person: door.persons[0].id, kind: 'copy', holder: 'guardian', words: '测试' };
  assert.equal((await officer.one('ledger.ask', code, asked)).status, 'applied');
  const empty = uuid();
  const door_of = { id: empty, grid: code, building: door.building.id, unit: '1', floor: 1, room: '990', state: 'vacant' };
  assert.equal((await officer.one('residents.add_household', code, door_of)).status, 'applied');
  const held = doors.doors.at(-1).household;
  const hold = hold_of(held);
  assert.equal((await county.one('holds.set', code, hold)).status, 'applied');
  return {
    code,
    empty,
    held,
    hold: { hold: hold.hold, household: held },
    request,
    household: door.household,
    person: door.persons[0].id,
    gone: doors.doors.find((one) => one.household !== door.household && one.persons.length > 0).persons[0].id,
    visit: door.last.visit,
    building: door.building.id,
    round: doors.round.id,
    account: spare.id,
    marked: { person: marked.person, entry: marked.entry },
    others: others.slice(1, -1),
  };
}
// The community's officer goes over the limit of the hour.
async function alarm_of([grid]) {
  const officer = clients.get('community_officer');
  for (const person of grid.others.filter((id) => id !== grid.gone)) {
    const { status } = await officer.one('status.set', grid.code, status_of(person));
    if (status !== 'held') continue;
    const { rows } = (await clients.get('county_officer').get('/api/v1/status/alarms?region=320508')).json;
    return { region: rows[0].region, alarm: rows[0].alarm };
  }
  throw new Error('no alarm');
}

const contains = (own, region) => region.startsWith(own);

// security: AZ1, AZ2
test('every query answers whom it should, where it should', async () => {
  const known = [];
  for (const [path, methods] of Object.entries(description.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const below = path.replace('/api/v1/', '');
      if (not_of_the_registry.includes(below)) continue;
      const key = `${method} ${below}`;
      known.push(key);
      assert.ok(queries[key], `${key} has no entry in the matrix`);
      for (const [role, { region: own }] of Object.entries(accounts)) {
        for (const one of queries[key](grids)) {
          const inside =
            one.own || contains(own, one.region) || ((own_community.has(key) || own_path.has(key)) && role === 'grid_worker' && contains(one.region, own) && (own_path.has(key) ? one.region === own : one.region === own.slice(0, 12)));
          const allowed = operation['x-roles'].includes(role) && inside;
          const answer = await clients.get(role).request(one.method, `/api/v1/${one.path}`, one);
          const hidden = answer.status === 404 && answer.json?.name === 'not_found';
          assert.equal(!hidden, allowed, `${role} at ${one.region}: ${key} -> ${answer.status} ${answer.text.slice(0, 200)}`);
        }
      }
    }
  }
  assert.deepEqual(Object.keys(queries).filter((key) => !known.includes(key)), [], 'entries of operations that are gone');
});

// security: AZ1, AZ2, AZ4
test('every command is taken from whom it should, where it should', async () => {
  for (const [type, { 'x-roles': roles }] of Object.entries(description['x-commands'])) {
    assert.ok(commands[type], `${type} has no entry in the matrix`);
    // Who may not comes first, so that nobody has changed what the others are tried on.
    const order = Object.entries(accounts).sort(([a], [b]) => roles.includes(a) - roles.includes(b));
    for (const [role, { region: own }] of order) {
      for (const { region = own, body } of commands[type](grids)) {
        const allowed = roles.includes(role) && contains(own, region);
        const result = await clients.get(role).one(type, region, typeof body === 'function' ? body(region) : body);
        const hidden = result.status === 'refused' && result.problem.name === 'not_found';
        assert.equal(!hidden, allowed, `${role} at ${region || 'nation'}: ${type} -> ${JSON.stringify(result)}`);
      }
    }
  }
  assert.deepEqual(Object.keys(commands).filter((type) => !description['x-commands'][type]), []);
});
