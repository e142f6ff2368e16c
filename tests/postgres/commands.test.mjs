// SPDX-License-Identifier: Apache-2.0
// The program with --store: its commands, what it refuses, and sessions that the server ends. Run by
// tools/with_postgres.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { logged_in, uuid } from '../support/client.mjs';
import { operate, store_options } from '../support/postgres.mjs';
import { Installation, binary } from '../support/server.mjs';
import { until } from '../support/until.mjs';

const kGrid = '320508019044001';
let installation;
before(() => {
  installation = new Installation();
});
after(() => installation.remove());

function run(words) {
  return spawnSync(binary, words, { encoding: 'utf8', env: { ...process.env, LANG: 'C.UTF-8' } });
}

test('verify, rebuild and doctor read what was written', () => {
  for (const words of [['verify'], ['rebuild', '--check'], ['rebuild'], ['rebuild', '--check'], ['doctor']]) {
    const done = installation.run(words);
    assert.equal(done.status, 0, `${words.join(' ')}: ${done.stdout} ${done.stderr}`);
  }
});

// What an older version had: psql changes the database of the installation, forms included.
function in_database(sql) {
  const done = spawnSync('psql', [store_options(installation.database)[1], '-XAtq', '-v', 'ON_ERROR_STOP=1', '-c', sql], { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout.trim();
}
const columns = "SELECT string_agg(table_name || '.' || column_name, ' ' ORDER BY table_name, column_name) FROM information_schema.columns WHERE table_schema = current_schema() AND column_name IN ('count', 'persons', 'sequence')";

test('F20: a database of another version is refused, and migrated in one transaction', async () => {
  const now = in_database(columns);
  in_database(`
    ALTER TABLE account DROP COLUMN sequence;
    UPDATE table_form SET form = replace(form, E'column sequence integer\n', '') WHERE table_name = 'account';
    ALTER TABLE access_log DROP COLUMN count;
    UPDATE table_form SET form = replace(form, E'column count integer\n', '') WHERE table_name = 'access_log';
    DROP TABLE account_home; DELETE FROM table_form WHERE table_name = 'account_home';
    CREATE TABLE old_board (district bigint PRIMARY KEY);
    INSERT INTO table_form VALUES ((SELECT min(district) FROM table_form), 'old_board', E'column district integer\nkey 1\n')`);
  const old = in_database(columns);
  assert.notEqual(old, now);
  const refused = installation.run(['rebuild']);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /tables of the database do not fit this version: /);
  assert.equal(in_database(columns), old);

  // Killed while it holds what it changes: nothing of it has happened.
  const killed = spawn(binary, ['migrate', ...installation.options], { stdio: 'ignore' });
  const ended = new Promise((done) => killed.on('exit', (code, signal) => done(signal)));
  await until('the table is being changed', () =>
    in_database("SELECT count(*) FROM pg_locks WHERE relation = 'access_log'::regclass AND mode = 'AccessExclusiveLock'") !== '0');
  killed.kill('SIGKILL');
  assert.equal(await ended, 'SIGKILL');
  await until('its session is over', () => in_database("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'wangdi' AND datname = current_database()") === '0');
  assert.equal(in_database(columns), old);

  const migrated = installation.run(['migrate']);
  assert.equal(migrated.status, 0, migrated.stdout + migrated.stderr);
  assert.match(migrated.stdout, /^tables 4, events replayed \d+$/m);
  assert.equal(in_database(columns), now);
  assert.equal(in_database("SELECT to_regclass('old_board') IS NULL"), 't');
  for (const words of [['verify'], ['rebuild', '--check'], ['migrate']]) {
    const done = installation.run(words);
    assert.equal(done.status, 0, `${words.join(' ')}: ${done.stdout} ${done.stderr}`);
  }
});

test('a folder is refused with the other kind of database', () => {
  const without = run(['verify', '--data', installation.data]);
  assert.equal(without.status, 2);
  assert.match(without.stderr, /storage\.url/);
});

test('an address with a password is refused without repeating it', () => {
  const leaking = run(['verify', '--data', installation.data, '--store', 'postgres://wangdi:geheim@db.example/w']);
  assert.equal(leaking.status, 2);
  assert.match(leaking.stderr, /password/);
  assert.doesNotMatch(leaking.stderr, /geheim/);
});

test('a database that belongs to other keys is refused', () => {
  const other = join(installation.base, 'other');
  const done = run(['init', '--data', other, ...store_options(installation.database)]);
  assert.equal(done.status, 1);
  assert.match(done.stderr, /keys/);
});

test('a second server is refused even on a copy of the folders', async () => {
  const copy = join(installation.base, 'copy');
  for (const part of ['data', 'data.keys', 'data.root', 'data.anchor']) {
    cpSync(join(installation.base, part), join(copy, part), { recursive: true }); // while nobody writes there
  }
  const first = await installation.serve();
  const second = run(['serve', '--data', join(copy, 'data'), '--listen', '127.0.0.1:0', ...store_options(installation.database)]);
  assert.equal(second.status, 1);
  assert.match(second.stderr, /another server writes to this database/);
  await first.stop();
});

test('sessions that the database ends are opened again, nothing is lost and nothing twice', async () => {
  const server = await installation.serve();
  const worker = await logged_in(server, 'worker1');
  const doors = await worker.get(`/api/v1/screening/doors?grid=${kGrid}`);
  const household = doors.json.doors[0].household;
  for (let round = 0; round < 5; round += 1) {
    const body = { visit: uuid(), household, outcome: 'all_well', exceptions: [] };
    const command = worker.command('screening.record_visit', kGrid, body);
    const sent = worker.send([command]);
    operate(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${installation.database}'`);
    await sent;
    const again = await worker.send([command]);
    assert.equal(again.status, 200, again.text);
    assert.ok(['applied', 'duplicate'].includes(again.json.results[0].status), again.text);
    const read = await worker.get(`/api/v1/screening/doors?grid=${kGrid}`);
    assert.equal(read.status, 200, read.text);
  }
  await server.stop();
  for (const words of [['verify'], ['rebuild', '--check']]) {
    const done = installation.run(words);
    assert.equal(done.status, 0, `${words.join(' ')}: ${done.stdout} ${done.stderr}`);
  }
});
