// SPDX-License-Identifier: Apache-2.0
// A follower that is killed at each of its steps (F22): the copy of the access log writes lines,
// syncs them, writes its cursor, syncs and renames it. The server dies before each of these calls,
// again and again; in the end each logged look stands in the copy once and the copy fits the log.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { logged_in } from '../support/client.mjs';
import { until } from '../support/until.mjs';
import { faulty_installation, is_long, kGrid, verify } from './support.mjs';

const kRounds = is_long ? 20 : 1;
const kForEverMs = 3_600_000;
const kSteps = [
  { calls: ['write'], ending: '.ndjson' },
  { calls: ['fsync'], ending: '.ndjson' },
  { calls: ['write'], ending: '/position.json.new' },
  { calls: ['fsync'], ending: '/position.json.new' },
  { calls: ['fsync'], ending: '/copy' }, // the folder, after the rename
];

function access_of(place) {
  const files = readdirSync(place).filter((name) => name.endsWith('.ndjson'));
  const lines = files.flatMap((name) => readFileSync(join(place, name), 'utf8').split('\n').slice(0, -1));
  return lines.map((line) => JSON.parse(line)).filter(({ stream }) => stream === 'access');
}

// fault: F22
test(`a follower killed at each step of its cursor goes on from there, ${kRounds} times each`, async (t) => {
  const { installation, faults, serve, remove } = faulty_installation();
  t.after(remove);
  const place = join(installation.base, 'copy');
  mkdirSync(place);
  const set = { 'log.copy': place };
  let server = await serve({ set });
  t.after(() => server.kill());
  const worker = await logged_in(server, 'worker1');
  const { doors } = (await worker.get(`/api/v1/screening/doors?grid=${kGrid}`)).json;
  const subject = doors.find((door) => door.persons.length > 0).persons[0].id;
  let looks = access_of(place).length;
  const look = async () => {
    const body = { subject, fields: ['name'], purpose: 'home_visit' };
    const answer = await worker.at(server.url).post('/api/v1/residents/unmask', body);
    assert.equal(answer.status, 200, answer.text);
    looks += 1;
  };
  await look();
  await until('the copy has begun', () => access_of(place).length === looks);
  for (let round = 0; round < kRounds; round += 1) {
    for (const step of kSteps) {
      faults.set(0, { ...step, wait_ms: kForEverMs });
      await look();
      await until(`it comes to ${step.calls} of ${step.ending}`, () => faults.spoilt(0) > 0);
      await server.kill();
      faults.clear(0);
      server = await serve({ set });
    }
  }
  await look();
  await until('all of it is copied', () => access_of(place).length >= looks);
  const sequences = access_of(place).map(({ district, sequence }) => `${district}/${sequence}`);
  assert.equal(sequences.length, looks);
  assert.equal(new Set(sequences).size, looks, 'none stands twice');
  await server.stop();
  const doctor = installation.run(['doctor'], { arguments: ['--set', `log.copy=${place}`] });
  assert.match(doctor.stdout, /the access log fits its copy/, doctor.stdout);
  verify(installation);
  t.diagnostic(`${looks} looks, ${kRounds * kSteps.length} kills`);
});
