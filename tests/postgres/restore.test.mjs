// SPDX-License-Identifier: Apache-2.0
// The operator's backup: a pg_basebackup of a server at work is started in the place of one that is
// lost, by the steps of docs/operating/postgresql.md. The loss is told to the record, and phones make
// up for it. Run by tools/with_postgres, whose server is the one that is lost.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { logged_in, uuid } from '../support/client.mjs';
import { address, as_server, home, kFirstPort, kill_server, start_server } from '../support/postgres_server.mjs';
import { Installation } from '../support/server.mjs';
import { until } from '../support/until.mjs';

const kGrid = '320508019044001';
const kDistrict = 320508;
const kVisits = 20;

// Fault F15: the database server is lost and its backup takes over.
test('a restored pg_basebackup tells what it lacks, and phones send that again', async (t) => {
  const installation = new Installation();
  const backup = join(home, 'backup');
  const store_at = (port) => ['--data', installation.data, '--store', address([port], installation.database)];
  installation.options = store_at(kFirstPort);
  let server = await installation.serve();
  t.after(async () => {
    await server.kill();
    if (existsSync(join(backup, 'postmaster.pid'))) kill_server(backup);
    rmSync(installation.base, { recursive: true, force: true });
  });
  const phone = await logged_in(server, 'worker1');
  const { doors } = (await phone.get(`/api/v1/screening/doors?grid=${kGrid}`)).json;
  const record_visits = async (from) => {
    const kept = [];
    for (const { household } of doors.slice(from, from + kVisits)) {
      const command = phone.command('screening.record_visit', kGrid, { visit: uuid(), household, outcome: 'all_well', exceptions: [] });
      const [result] = (await phone.send([command])).json.results;
      assert.equal(result.status, 'applied');
      kept.push({ command, position: result.position, receipt: result.receipt });
    }
    return kept;
  };
  const before = await record_visits(0);
  as_server('pg_basebackup', ['-D', backup, '-X', 'stream', '-c', 'fast', '-d', address([kFirstPort])]);
  const after = await record_visits(kVisits);
  const last = after.at(-1).position.sequence;
  const anchored = () => JSON.parse(readFileSync(`${installation.data}.anchor`, 'utf8').split('\n')[1]);
  const reached = () => anchored().heads.some(({ district, sequence }) => district === kDistrict && sequence >= last);
  await until('the anchor', reached);
  await server.kill();
  kill_server(join(home, 'data'));

  start_server(backup, kFirstPort + 1);
  installation.options = store_at(kFirstPort + 1);
  const missing = new RegExp(`${kDistrict}/${after[0].position.sequence} \\.\\. ${kDistrict}/${last}`);
  const told = installation.run(['verify']);
  assert.equal(told.status, 3, told.stdout + told.stderr);
  assert.match(told.stdout, missing);
  server = await installation.serve();
  const worker = await logged_in(server, 'worker1');
  const refused = await worker.send([after[0].command]);
  assert.equal(refused.json.name, 'read_only', 'nothing is written before somebody says so');
  await server.stop();

  const accepted = installation.run(['verify', '--accept-loss']);
  assert.equal(accepted.status, 0, accepted.stdout + accepted.stderr);
  assert.match(accepted.stdout, missing);
  server = await installation.serve();
  const again = await logged_in(server, 'worker1');
  const claim = { ...after.at(-1).position, receipt: after.at(-1).receipt };
  const asked = await again.post('/api/v1/commands', { device: phone.device, seen: [claim], commands: [] });
  assert.deepEqual(asked.json.resend, [{ district: kDistrict, sequence: before.at(-1).position.sequence }]);
  const status_of = async (kept) => (await again.send(kept.map(({ command }) => command))).json.results.map(({ status }) => status);
  assert.deepEqual(await status_of(after), after.map(() => 'applied'));
  assert.deepEqual(await status_of([...before, ...after]), [...before, ...after].map(() => 'duplicate'));
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
  for (const words of [['verify'], ['rebuild', '--check']]) {
    const done = installation.run(words);
    assert.equal(done.status, 0, `${words.join(' ')}: ${done.stdout} ${done.stderr}`);
  }
});
