// SPDX-License-Identifier: Apache-2.0
// Somebody is erased over the real interface: only with a fresh proof, gone from every question
// within a second, gone from a backup of before once it is restored, and from old copies of the keys
// after the night. What keeps the keys tells when a copy is lost.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { logged_in } from '../support/client.mjs';
import { on_postgres } from '../support/postgres.mjs';
import { Installation } from '../support/server.mjs';
import { until } from '../support/until.mjs';

const kGrid = '320508019044001';
const kGoneMs = 1_000;
const kAtOnce = 20; // more than there are reading threads
const kTwoDaysS = 2 * 86_400;

const doors_of = async (client) => (await client.get(`/api/v1/screening/doors?grid=${kGrid}`)).json.doors;
const keys_files = (folder) => readdirSync(folder).filter((name) => name !== 'lock' && !/-(wal|shm)$/.test(name)).sort();
// As if the epoch had begun days ago: the night was missed.
function make_late(installation) {
  const then = Date.now() / 1000 - kTwoDaysS;
  utimesSync(join(installation.base, 'data.keys/epoch.key'), then, then);
}
async function whole_of(client, subject) {
  return client.post('/api/v1/residents/unmask', {
    subject,
    fields: ['name', 'document_number', 'phone', 'birth_date'],
    purpose: 'official_request',
  });
}
async function someone(client) {
  for (const door of await doors_of(client)) {
    for (const { id } of door.persons) {
      const { values } = (await whole_of(client, id)).json;
      if (values.document_number) return { id, household: door.household, values, others: door.persons.filter((one) => one.id !== id) };
    }
  }
  throw new Error('nobody in the demo has a document');
}

// security: VA3 SE5
test('an erasure needs a fresh proof, and within a second nobody is told anything', async (t) => {
  const installation = new Installation();
  t.after(() => installation.remove());
  let server = await installation.serve();
  t.after(() => server.stop());
  const officer = await logged_in(server, 'officer');
  const person = await someone(officer);
  const { port } = server;
  await server.stop();
  server = await installation.serve({ port }); // it has forgotten who proved what
  const erase = { person: person.id, reason: 'asked' };
  const refused = await officer.one('residents.erase_person', kGrid, erase);
  assert.equal(refused.problem?.name, 'fresh_proof_required');
  assert.equal((await whole_of(officer, person.id)).json.values.name, person.values.name, 'still there');
  const worker = await logged_in(server, 'worker1');
  assert.equal((await worker.one('residents.erase_person', kGrid, erase)).problem?.name, 'not_found', 'a fresh log-in, another role');
  assert.equal((await officer.post('/api/v1/session/proof', { password: installation.password })).status, 204);

  const asked = performance.now();
  const done = await officer.one('residents.erase_person', kGrid, erase);
  assert.equal(done.status, 'applied', JSON.stringify(done));
  const looks = await Promise.all(Array.from({ length: kAtOnce }, () => whole_of(officer, person.id)));
  const took = performance.now() - asked;
  assert.deepEqual([...new Set(looks.map(({ status }) => status))], [404]);
  assert.ok(took < kGoneMs, `${took} ms from the request to the last of ${kAtOnce} looks`);
  t.diagnostic(`gone after ${Math.round(took)} ms`);

  for (const by of [{ number: person.values.document_number }, ...(person.values.phone ? [{ phone: person.values.phone }] : [])]) {
    const found = (await officer.post('/api/v1/residents/find', { ...by, purpose: 'official_request' })).json;
    assert.ok(!found.rows.some((row) => row.person === person.id));
  }
  const door = (await doors_of(officer)).find(({ household }) => household === person.household);
  assert.deepEqual(door.persons.map(({ id }) => id).sort(), person.others.map(({ id }) => id).sort());
  const visits = (await officer.get(`/api/v1/screening/visits?household=${person.household}`)).text;
  assert.ok(!visits.includes(person.id));
  await server.stop();
  assert.equal(installation.run(['verify']).status, 0);
  const rebuilt = installation.run(['rebuild', '--check']);
  assert.equal(rebuilt.status, 0, rebuilt.stdout + rebuilt.stderr);
  server = await installation.serve({ port });
});

// security: VA3 SE5
test('a household is erased with a fresh proof when nobody lives there, and no list has the door', async (t) => {
  const installation = new Installation();
  t.after(() => installation.remove());
  let server = await installation.serve();
  t.after(() => server.stop());
  const { port } = server;
  const officer = await logged_in(server, 'officer');
  const place = (await doors_of(officer)).find(({ persons }) => persons.length > 0);
  const erase = { household: place.household, reason: 'entered_by_mistake' };
  const lived_in = await officer.one('residents.erase_household', kGrid, erase);
  assert.equal(lived_in.problem?.name, 'household_lived_in');
  for (const { id } of place.persons) {
    assert.equal((await officer.one('residents.erase_person', kGrid, { person: id, reason: 'asked' })).status, 'applied');
  }
  await server.stop();
  server = await installation.serve({ port }); // it has forgotten who proved what
  assert.equal((await officer.one('residents.erase_household', kGrid, erase)).problem?.name, 'fresh_proof_required');
  const worker = await logged_in(server, 'worker1');
  assert.equal((await worker.one('residents.erase_household', kGrid, erase)).problem?.name, 'not_found');
  assert.equal((await officer.post('/api/v1/session/proof', { password: installation.password })).status, 204);
  assert.equal((await officer.one('residents.erase_household', kGrid, erase)).status, 'applied');
  assert.ok(!(await doors_of(worker)).some(({ household }) => household === place.household), 'not on the phone');
  assert.equal((await officer.get(`/api/v1/residents/household?household=${place.household}`)).status, 404);
  assert.equal((await officer.post('/api/v1/residents/unmask', { subject: place.household, fields: ['phone'], purpose: 'official_request' })).status, 404);
  await server.stop();
  assert.equal(installation.run(['retention']).status, 0);
  assert.equal(installation.run(['verify']).status, 0);
  const rebuilt = installation.run(['rebuild', '--check']);
  assert.equal(rebuilt.status, 0, rebuilt.stdout + rebuilt.stderr);
  server = await installation.serve({ port });
});

// security: VA3
test('a backup of before shows nobody who was erased since, with the keys of today', { skip: on_postgres && 'PostgreSQL is copied with its own tools' }, async (t) => {
  const installation = new Installation();
  t.after(() => installation.remove());
  const backup = join(installation.base, 'backup');
  let server = await installation.serve();
  t.after(() => server.stop());
  const officer = await logged_in(server, 'officer');
  const person = await someone(officer);
  const other = person.others[0] ?? (await doors_of(officer)).find((door) => door.household !== person.household && door.persons.length > 0).persons[0];
  const others_name = (await whole_of(officer, other.id)).json.values.name;
  assert.equal(installation.run(['backup', '--to', backup]).status, 0);
  const before = installation.run(['drill', '--from', backup]).stdout;
  assert.match(before, /drill passed/);
  assert.equal((await officer.one('residents.erase_person', kGrid, { person: person.id, reason: 'purpose_ended' })).status, 'applied');
  await server.stop();
  const night = installation.run(['epoch']);
  assert.equal(night.status, 0, night.stderr);
  assert.deepEqual(keys_files(join(installation.base, 'data.keys')), ['epoch.key', 'keys-2.db']);
  const drill = installation.run(['drill', '--from', backup]);
  assert.match(drill.stdout, /unreadable 0/, drill.stdout);
  rmSync(installation.data, { recursive: true });
  const restored = installation.run(['restore', '--from', backup]);
  assert.equal(restored.status, 0, restored.stderr);
  server = await installation.serve();
  const again = await logged_in(server, 'officer');
  const looked = await whole_of(again, person.id);
  assert.equal(looked.status, 200, 'the record is back');
  assert.deepEqual(looked.json.values, {}, 'and says nothing');
  assert.equal((await whole_of(again, other.id)).json.values.name, others_name);
});

// security: VA3 VA4
test('the server begins a new epoch when the night was missed, also when it is killed in it', async (t) => {
  const installation = new Installation();
  t.after(() => installation.remove());
  const keys = join(installation.base, 'data.keys');
  const copy = join(installation.base, 'copy.keys');
  const set = { 'vault.copy': copy };
  let server = await installation.serve({ set, log_level: 'info' });
  t.after(() => server.stop());
  const person = await someone(await logged_in(server, 'officer'));
  await until('the copy is there', () => existsSync(join(copy, 'epoch.key')));
  await server.stop();
  const old = readFileSync(join(keys, 'epoch.key'));
  for (let i = 0; i < 3; i += 1) {
    make_late(installation);
    server = await installation.serve({ set, log_level: 'info' });
    await server.kill();
  }
  make_late(installation);
  server = await installation.serve({ set, log_level: 'info' });
  await until('the epoch begins', () => server.log.includes('epoch_begun'));
  const [, number] = /keys-(\d+)\.db/.exec(keys_files(keys).join());
  assert.deepEqual(keys_files(keys), ['epoch.key', `keys-${number}.db`]);
  await until('the copy follows', () => existsSync(join(copy, `keys-${number}.db`)));
  assert.deepEqual(keys_files(copy), keys_files(keys));
  for (const folder of [keys, copy]) assert.ok(!readFileSync(join(folder, 'epoch.key')).equals(old));
  const officer = await logged_in(server, 'officer');
  assert.deepEqual((await whole_of(officer, person.id)).json.values, person.values);
  assert.match((await officer.get('/metrics')).text, /wangdi_keys_epochs_total 1\n/);
  assert.equal((await officer.get('/ready')).text, '{"status":"ready"}');
});

test('a second copy that is lost is told, and made anew', async (t) => {
  const installation = new Installation();
  t.after(() => installation.remove());
  const copy = join(installation.base, 'copy.keys');
  const server = await installation.serve({ set: { 'vault.copy': copy } });
  t.after(() => server.stop());
  const client = await logged_in(server, 'officer');
  const ready = async () => (await client.get('/ready')).json;
  const size = () => statSync(join(copy, 'keys.db')).size;
  await until('the copy is there', () => existsSync(join(copy, 'keys.db')) && size() > 0);
  assert.deepEqual(await ready(), { status: 'ready' });
  rmSync(copy, { recursive: true });
  writeFileSync(copy, 'something else');
  await until('it is told', async () => (await ready()).warnings?.includes('keys_copy_lost'));
  assert.match((await client.get('/metrics')).text, /wangdi_keys_copy_lost 1\n/);
  assert.match(server.log, /keys_copy_lost/);
  const doctor = installation.run(['doctor', '--set', `vault.copy=${copy}`]);
  assert.match(doctor.stdout, /second copy of the keys is lost or old/);
  rmSync(copy);
  await until('it is made anew', async () => (await ready()).warnings === undefined);
  assert.ok(size() > 0);
  assert.equal((await client.one('residents.correct_household', kGrid, { household: (await doors_of(client))[0].household, note: '测试', reason: '测试' })).status, 'applied');
});
