// SPDX-License-Identifier: Apache-2.0
// The copy of the access log beside the real server, which is killed again and again: every logged
// look stands in the copy once, within the minute, in words without a person; a foreign program
// follows its chain; storage that is away is told and made up for.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { logged_in } from '../support/client.mjs';
import { Installation } from '../support/server.mjs';
import { until } from '../support/until.mjs';

const kGrid = '320508019044001';
const kLives = 6;
const kLooksPerLife = 5;
const kMinuteMs = 60_000;

let installation, place, server, person, names;
before(async () => {
  installation = new Installation();
  place = join(installation.base, 'copy');
  mkdirSync(place);
  server = await serve();
  const worker = await logged_in(server, 'worker1');
  const { doors } = (await worker.get(`/api/v1/screening/doors?grid=${kGrid}`)).json;
  person = doors.find((door) => door.persons.length > 0).persons[0].id;
  names = doors.flatMap((door) => door.persons.map(({ name }) => name.replace('*', '')));
});
after(async () => {
  await server?.stop();
  installation?.remove();
});
function serve() {
  return installation.serve({ set: { 'log.copy': place } });
}

const files = () => readdirSync(place).filter((name) => name.endsWith('.ndjson')).sort();
const lines = () => files().flatMap((name) => readFileSync(join(place, name), 'utf8').split('\n').slice(0, -1)).map((line) => JSON.parse(line));
const access = () => lines().filter(({ stream }) => stream === 'access');

async function look(client) {
  const body = { subject: person, fields: ['name', 'phone'], purpose: 'home_visit' };
  const answer = await client.post('/api/v1/residents/unmask', body);
  assert.equal(answer.status, 200, answer.text);
  return answer.json.values;
}
async function metric(client, name) {
  const found = new RegExp(`^${name} (\\d+)$`, 'm').exec((await client.get('/metrics')).text);
  return found && Number(found[1]);
}

// security: LG3
test('a server that is killed again and again copies every look once', async (t) => {
  let looks = access().length;
  const told = new Set();
  for (let life = 0; life < kLives; life += 1) {
    const client = await logged_in(server, 'worker1');
    for (let i = 0; i < kLooksPerLife; i += 1) {
      Object.values(await look(client)).forEach((value) => told.add(value));
      looks += 1;
    }
    if (life % 2) await until('part of it is copied', () => access().length > looks - kLooksPerLife);
    await server.kill();
    server = await serve();
  }
  const began = Date.now();
  await until('all of it is copied', () => access().length >= looks, kMinuteMs);
  t.diagnostic(`${looks} looks, the last copied within ${Date.now() - began} ms of the start`);
  const client = await logged_in(server, 'worker1');
  const from = Date.now();
  await look(client);
  looks += 1;
  await until('a look reaches the copy', () => access().length === looks, kMinuteMs);
  t.diagnostic(`a look stood in the copy after ${Date.now() - from} ms`);
  const sequences = access().map(({ district, sequence }) => `${district}/${sequence}`);
  assert.equal(new Set(sequences).size, looks, 'none stands twice');
  const text = JSON.stringify(lines());
  for (const value of told) assert.ok(!text.includes(value), 'no value of a person');
  assert.ok(lines().some(({ stream, type }) => stream === 'journal' && type === 'accounts.opened'));
});

// security: LG2, LG3
test('openssl alone follows the chain of the copy', async () => {
  const before_of = new Map();
  const openssl = (hex) => {
    const done = spawnSync('openssl', ['dgst', '-sha256', '-r'], { input: Buffer.from(hex, 'hex') });
    assert.equal(done.status, 0, String(done.stderr));
    return String(done.stdout).slice(0, 64);
  };
  for (const line of access()) {
    assert.equal(line.before, before_of.get(line.district) ?? '00'.repeat(32));
    assert.equal(openssl(line.before + line.content), line.hash);
    before_of.set(line.district, line.hash);
  }
  assert.ok(before_of.size > 0);
  const [head] = lines();
  assert.equal(head.stream, 'copy');
});

// security: LG3
test('storage that is away is told in metrics and log, and made up for', async () => {
  const client = await logged_in(server, 'worker1');
  const looks = access().length;
  renameSync(place, `${place}.away`);
  await look(client);
  await until('the failure is counted', async () => (await metric(client, 'wangdi_log_copy_failed_total')) > 0);
  assert.match(server.log, /log_copy_failed/);
  assert.ok(!existsSync(place));
  renameSync(`${place}.away`, place);
  await until('it is made up for', () => access().length === looks + 1);
  await until('the age is small again', async () => (await metric(client, 'wangdi_log_copy_age_seconds')) <= 10);
});

test('doctor compares the copy of a stopped server', async () => {
  await server.stop();
  const doctor = installation.run(['doctor'], { arguments: ['--set', `log.copy=${place}`] });
  assert.match(doctor.stdout, /the log copy is whole/, doctor.stdout);
  assert.match(doctor.stdout, /the access log fits its copy/, doctor.stdout);
  server = await serve();
});
