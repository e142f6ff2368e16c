// SPDX-License-Identifier: Apache-2.0
// Retention on a real installation: the records of somebody erased are destroyed by the server at
// night and by hand, openssl alone verifies the certificate, and verification, a rebuild, a backup
// and its drill know of destroyed records.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { logged_in, uuid } from '../support/client.mjs';
import { on_postgres } from '../support/postgres.mjs';
import { Installation } from '../support/server.mjs';
import { until } from '../support/until.mjs';

const kGrid = '320508019044001';
const kTwoDaysS = 2 * 86_400;

const doors_of = async (client) => (await client.get(`/api/v1/screening/doors?grid=${kGrid}`)).json.doors;
async function erase_somebody(server) {
  const officer = await logged_in(server, 'officer');
  const door = (await doors_of(officer)).find(({ persons }) => persons.length > 1);
  const [{ id }] = door.persons;
  const exceptions = [{ person: id, temperature: 38.4, symptoms: ['fever'] }];
  const visit = { visit: uuid(), household: door.household, outcome: 'exception', exceptions };
  assert.equal((await officer.one('screening.record_visit', kGrid, visit)).status, 'applied');
  const done = await officer.one('residents.erase_person', kGrid, { person: id, reason: 'asked' });
  assert.equal(done.status, 'applied', JSON.stringify(done));
  return { id, household: door.household, seen: { ...done.position, receipt: done.receipt } };
}
// Bytes of the database's files; PostgreSQL keeps old versions of rows until VACUUM.
const bytes_of = ({ data }) =>
  ['wangdi.db', 'wangdi.db-wal']
    .map((name) => join(data, name))
    .filter(existsSync)
    .map((file) => readFileSync(file, 'latin1'))
    .join('');

function certificates_of(installation) {
  const folder = join(installation.data, 'certificates');
  return readdirSync(folder).filter((name) => name.endsWith('.txt')).map((name) => join(folder, name));
}
function openssl_says(installation, text) {
  const words = ['dgst', '-sha256', '-verify', join(installation.data, 'certificate_key.pem'), '-signature', text.replace(/txt$/, 'sig'), text];
  return spawnSync('openssl', words, { encoding: 'utf8' }).stdout.trim();
}

// security: VA5 VA6
test('what an erased person left is destroyed by hand, and everything still fits', async (t) => {
  const installation = new Installation();
  t.after(() => installation.remove());
  let server = await installation.serve();
  t.after(() => server.stop());
  const person = await erase_somebody(server);
  const before = await (await logged_in(server, 'officer')).get(`/api/v1/reporting/board?region=320508019044`);
  await server.stop();
  if (!on_postgres) assert.ok(bytes_of(installation).includes(person.id), 'the journal names them until the night');
  const night = installation.run(['retention']);
  assert.equal(night.status, 0, night.stdout + night.stderr);
  assert.match(night.stdout, /records destroyed [1-9]/);
  if (!on_postgres) assert.ok(!bytes_of(installation).includes(person.id), 'no byte of the files names them');
  const verified = installation.run(['verify']);
  assert.equal(verified.status, 0, verified.stdout + verified.stderr);
  assert.match(verified.stdout, /of them lawfully destroyed [1-9].*findings 0/);
  const rebuilt = installation.run(['rebuild', '--check']);
  assert.equal(rebuilt.status, 0, rebuilt.stdout + rebuilt.stderr);

  const certificates = certificates_of(installation);
  assert.ok(certificates.length > 0);
  for (const file of certificates) assert.equal(openssl_says(installation, file), 'Verified OK');
  assert.match(readFileSync(certificates[0], 'utf8'), /^district: 320508$/m);
  writeFileSync(certificates[0], readFileSync(certificates[0], 'utf8').replace(/^records: /m, 'records: 1'));
  assert.equal(openssl_says(installation, certificates[0]), 'Verification failure');

  if (!on_postgres) {
    const backup = join(installation.base, 'backup');
    assert.equal(installation.run(['backup', '--to', backup]).status, 0);
    const drill = installation.run(['drill', '--from', backup]);
    assert.match(drill.stdout, /drill passed/, drill.stdout + drill.stderr);
  }
  server = await installation.serve();
  const officer = await logged_in(server, 'officer');
  const after = await officer.get(`/api/v1/reporting/board?region=320508019044`);
  assert.equal(after.status, before.status);
  if (before.status === 200) assert.deepEqual(after.json.households, before.json.households);
  const door = (await doors_of(officer)).find(({ household }) => household === person.household);
  assert.ok(door && !door.persons.some(({ id }) => id === person.id));
  assert.match(installation.run(['retention']).stderr, /.+/, 'the folder is in use');
});

// security: VA5
test('the server does it at night by itself, without an alarm afterwards', async (t) => {
  const installation = new Installation();
  t.after(() => installation.remove());
  let server = await installation.serve({ log_level: 'info' });
  t.after(() => server.stop());
  const person = await erase_somebody(server);
  const stamp = join(installation.data, 'retention.done');
  await until('the server knows when the last night was', () => existsSync(stamp));
  const then = Date.now() / 1000 - kTwoDaysS;
  utimesSync(stamp, then, then);
  await until('the night is made good', () => server.log.includes('retention_done'));
  assert.match(server.log, /"event":"retention_done".*"records":[1-9]/);
  if (!on_postgres) await until('no byte names them', () => !bytes_of(installation).includes(person.id));
  const officer = await logged_in(server, 'officer');
  assert.equal((await officer.get('/ready')).text, '{"status":"ready"}');
  const [door] = await doors_of(officer);
  assert.equal((await officer.one('residents.correct_household', kGrid, { household: door.household, note: '测试', reason: '测试' })).status, 'applied');
  await server.kill();
  server = await installation.serve();
  const phone = await logged_in(server, 'officer');
  assert.equal((await phone.get('/ready')).text, '{"status":"ready"}', 'the anchor fits');
  // A phone proves the position of a record that is destroyed since: nothing is wrong with that.
  await phone.post('/api/v1/commands', { device: phone.device, seen: [person.seen], commands: [] });
  await phone.post('/api/v1/commands', { device: phone.device, seen: [person.seen], commands: [] });
  assert.equal((await phone.one('residents.correct_household', kGrid, { household: door.household, note: '再测', reason: '测试' })).status, 'applied');
  assert.equal((await phone.get('/ready')).text, '{"status":"ready"}');
});
