// SPDX-License-Identifier: Apache-2.0
// A resident's visit over the real interface: what opens it, what it shows, what it cannot do.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Client, logged_in, uuid } from '../support/client.mjs';
import { files_below } from '../support/files.mjs';
import { database_folders } from '../support/postgres.mjs';
import { Installation } from '../support/server.mjs';

const kGrid = '320508019044001';
const kCommunity = '320508019044';
const kTries = 5;
const kFamilies = 6; // that come at the same time
const kFreeOfAddress = 30;

let installation, server, worker, officer, persons;
before(async () => {
  installation = new Installation();
  server = await installation.serve({ log_level: 'debug' });
  worker = await logged_in(server, 'worker1');
  officer = await logged_in(server, 'officer');
  const { doors } = (await worker.get(`/api/v1/screening/doors?grid=${kGrid}`)).json;
  const year = new Date().getFullYear();
  persons = doors
    .filter((door) => door.persons.length > 0)
    .flatMap((door) => door.persons)
    .filter(({ birth_year }) => birth_year && year - birth_year > 20);
});
after(async () => {
  await server?.stop();
  installation?.remove();
});

async function slip_for(person, holder = 'self') {
  const slip = uuid();
  const made = await worker.one('ledger.make_slip', kGrid, { slip, person, holder });
  assert.equal(made.status, 'applied', JSON.stringify(made));
  return { slip, slip_code: made.answer.slip_code };
}
async function visit(person) {
  const resident = new Client(server.url);
  const opened = await resident.post('/api/v1/resident/visit', await slip_for(person));
  assert.equal(opened.status, 200, opened.text);
  assert.equal(opened.headers.get('cache-control'), 'no-store');
  resident.csrf = opened.json.csrf;
  return { resident, view: opened.json, cookie: opened.headers.getSetCookie()[0] };
}

// security: LG4
test('a resident sees a look at once: when, which office, why, at what', async () => {
  const [{ id: person }] = persons;
  const purpose = 'medical_followup';
  const looked = await worker.post('/api/v1/residents/unmask', { subject: person, fields: ['name', 'phone'], purpose });
  assert.equal(looked.status, 200);
  const from = Date.now();
  const { view, resident } = await visit(person);
  const [look] = view.looks;
  assert.equal(look.role, 'grid_worker');
  assert.match(look.office, /养育巷社区/);
  assert.equal(look.purpose, purpose);
  assert.deepEqual(look.fields, ['name', 'phone']);
  assert.ok(from - look.at < 60_000);
  const text = JSON.stringify(view);
  for (const value of Object.values(looked.json.values)) assert.ok(!text.includes(value), 'nothing in full');
  assert.ok(!text.includes(worker.account.display_name), 'the office, not the name');
  assert.equal((await resident.get('/api/v1/resident/visit')).json.looks.length, view.looks.length);
});

test('a code opens once, and too many wrong ones end it', async () => {
  const [, { id: person }] = persons;
  const first = await slip_for(person);
  assert.equal((await new Client(server.url).post('/api/v1/resident/visit', first)).status, 200);
  const again = await new Client(server.url).post('/api/v1/resident/visit', first);
  assert.equal(again.status, 401);
  assert.equal(again.json.name, 'slip_not_valid');
  const other = await slip_for(person);
  for (let i = 0; i < kTries; i += 1) {
    const wrong = await new Client(server.url).post('/api/v1/resident/visit', { ...other, slip_code: '0000-0000-0000' });
    assert.deepEqual([wrong.status, wrong.json.name], [401, 'slip_not_valid']);
  }
  assert.equal((await new Client(server.url).post('/api/v1/resident/visit', other)).status, 401);
  const nowhere = await new Client(server.url).post('/api/v1/resident/visit', { ...other, slip: uuid() });
  const said = ({ status, json }) => [status, { ...json, instance: '' }];
  assert.deepEqual(said(nowhere), said(again), 'what is not there looks like what is used up');
});

test('slips of several families are made and opened at the same time', async () => {
  const some = persons.slice(4, 4 + kFamilies);
  assert.equal(some.length, kFamilies);
  const visits = await Promise.all(some.map(({ id }) => visit(id)));
  assert.equal(new Set(visits.map(({ view }) => view.slip)).size, kFamilies);
  const asked = await Promise.all(
    visits.map(({ resident }) => resident.post('/api/v1/resident/requests', { request: uuid(), kind: 'objection', words: '不同意' })),
  );
  assert.deepEqual(asked.map(({ json }) => json.requests?.length), some.map(() => 1));
  const slip = await slip_for(some[0].id);
  const raced = await Promise.all(Array.from({ length: 5 }, () => new Client(server.url).post('/api/v1/resident/visit', slip)));
  assert.equal(raced.filter(({ status }) => status === 200).length, 1, 'of five at once one gets in');
});

// security: PR3 VA3
test('who is erased has no visit, no slip and no request any more', async () => {
  const person = persons.at(-1).id;
  const { resident } = await visit(person);
  const unused = await slip_for(person);
  assert.equal((await resident.post('/api/v1/resident/requests', { request: uuid(), kind: 'deletion', words: '不住这里了' })).status, 200);
  const listed = async () => (await officer.get(`/api/v1/ledger/requests?region=${kCommunity}`)).json.rows.filter((row) => row.person === person);
  const [row] = await listed();
  assert.ok(row.household, 'the officer is led to the household');
  assert.equal((await officer.one('residents.erase_person', kGrid, { person, reason: 'asked' })).status, 'applied');
  assert.equal((await resident.get('/api/v1/resident/visit')).json.name, 'slip_ended');
  assert.equal((await resident.post('/api/v1/resident/requests', { request: uuid(), kind: 'copy', words: '还要' })).json.name, 'slip_ended');
  const tried = await new Client(server.url).post('/api/v1/resident/visit', unused);
  assert.deepEqual([tried.status, tried.json.name], [401, 'slip_not_valid']);
  assert.deepEqual(tried.headers.getSetCookie(), []);
  assert.deepEqual(await listed(), []);
});

// security: AU6
test('no name and no number opens anything, and a visit opens nothing else', async () => {
  const stranger = new Client(server.url);
  for (const body of [
    { name: '王建国', document_number: '999901199003070017' },
    { slip: uuid(), name: '王建国', document_number: '999901199003070017' },
  ]) {
    const refused = await stranger.post('/api/v1/resident/visit', body);
    assert.equal(refused.status, 422, refused.text);
  }
  assert.equal((await stranger.get('/api/v1/resident/visit')).json.name, 'slip_ended');
  const { resident, cookie } = await visit(persons[2].id);
  assert.match(cookie, /HttpOnly/);
  assert.match(cookie, /SameSite=Strict/);
  for (const path of [`screening/doors?grid=${kGrid}`, `ledger/requests?region=${kCommunity}`, 'session']) {
    assert.equal((await resident.get(`/api/v1/${path}`)).status, 401, path);
  }
  assert.equal((await resident.send([])).status, 401);
});

// security: PR3
test('what a resident asks is listed with its last day, and the answer is seen', async () => {
  const [, , , { id: person }] = persons;
  const { resident } = await visit(person);
  const request = uuid();
  const body = { request, kind: 'deletion', words: '已经搬走了' };
  const no_token = await resident.request('POST', '/api/v1/resident/requests', { body, headers: { 'x-csrf-token': 'x' } });
  assert.equal(no_token.json.name, 'csrf_missing');
  const asked = await resident.post('/api/v1/resident/requests', body);
  assert.equal(asked.status, 200, asked.text);
  const twice = await resident.post('/api/v1/resident/requests', body);
  assert.equal(twice.json.requests.length, 1, 'a second tap makes no second request');
  assert.deepEqual([asked.json.requests[0].state, asked.json.requests[0].days_left], ['open', 30]);
  const paper = await worker.one('ledger.ask', kGrid, { request: uuid(), person, kind: 'copy', holder: 'proxy', words: '女儿来要一份' });
  assert.equal(paper.status, 'applied', JSON.stringify(paper));

  const { rows } = (await officer.get(`/api/v1/ledger/requests?region=${kCommunity}`)).json;
  const mine = rows.find((row) => row.request === request);
  assert.deepEqual([mine.way, mine.words, mine.days_left], ['online', '已经搬走了', 30]);
  assert.equal(rows.find((row) => row.person === person && row.kind === 'copy').way, 'paper');
  const answer = { request, person, verdict: 'granted', reason: '已从名册里去掉' };
  assert.equal((await worker.one('ledger.answer', kGrid, answer)).problem.name, 'not_found', 'not a grid worker');
  assert.equal((await officer.one('ledger.answer', kGrid, answer)).status, 'applied');
  const seen = (await resident.get('/api/v1/resident/visit')).json.requests.find((one) => one.request === request);
  assert.deepEqual([seen.state, seen.reason], ['granted', '已从名册里去掉']);

  assert.equal((await resident.request('DELETE', '/api/v1/resident/visit')).status, 204);
  assert.equal((await resident.get('/api/v1/resident/visit')).status, 401);
});

// These come last: the address has to wait afterwards.
test('a code is in no file and no line of the log', async () => {
  const { slip, slip_code } = await slip_for(persons[0].id);
  const wrong = slip_code.replace(/\d/g, (digit) => String(9 - Number(digit)));
  await new Client(server.url).post('/api/v1/resident/visit', { slip, slip_code: wrong });
  const opened = await new Client(server.url).post('/api/v1/resident/visit', { slip, slip_code });
  assert.equal(opened.status, 200);
  const spellings = [slip_code, wrong].flatMap((code) => [code, code.replaceAll('-', '')]);
  for (const spelling of spellings) assert.ok(!server.log.includes(spelling), 'in the log');
  let files = 0;
  for (const folder of [installation.base, ...database_folders()]) {
    for (const path of files_below(folder)) {
      const bytes = readFileSync(path);
      for (const spelling of spellings) assert.equal(bytes.indexOf(spelling), -1, path);
      files += 1;
    }
  }
  assert.ok(files > 5);
});

test('wrong codes for many slips cost the address time', async () => {
  const stranger = new Client(server.url);
  const answers = [];
  for (let i = 0; i <= kFreeOfAddress + 1; i += 1) {
    answers.push(await stranger.post('/api/v1/resident/visit', { slip: uuid(), slip_code: '1111-2222-3333' }));
    if (answers.at(-1).status === 429) break;
  }
  assert.ok(answers.slice(0, -1).every(({ status }) => status === 401));
  assert.deepEqual([answers.at(-1).status, answers.at(-1).json.name], [429, 'too_many_requests']);
  const honest = await new Client(server.url).post('/api/v1/resident/visit', await slip_for(persons[1].id));
  assert.equal(honest.status, 429, 'of the same address the right code waits too, and stays good');
});
