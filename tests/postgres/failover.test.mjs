// SPDX-License-Identifier: Apache-2.0
// The database server dies under load and its synchronous standby takes over: every answered
// command is there once, none twice. Each round makes a new standby of the server that took over
// last. Run by tools/with_postgres, whose server is the first.
import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { logged_in, uuid } from '../support/client.mjs';
import { address, as_server, ask, home, kFirstPort, kill_server, start_server } from '../support/postgres_server.mjs';
import { Installation } from '../support/server.mjs';
import { until } from '../support/until.mjs';

const kFailovers = Number(process.env.WANGDI_FAILOVERS ?? 2);
const kSenders = 4;
const kAnsweredBefore = 40;
const kGrid = '320508019044001';
const kPatienceMs = 120_000;

// A copy of the server at `port` that every commit there waits for from now on.
async function add_standby(port, folder) {
  const name = `standby_${port + 1}`;
  const from = `${address([port])}&application_name=${name}`;
  as_server('pg_basebackup', ['-D', folder, '-R', '-X', 'stream', '-c', 'fast', '-d', from]);
  start_server(folder, port + 1);
  ask(port, `ALTER SYSTEM SET synchronous_standby_names = '${name}'`, 'SELECT pg_reload_conf()');
  const following = 'SELECT count(*) FROM pg_stat_replication WHERE sync_state = $$sync$$';
  await until('the standby follows', () => ask(port, following) === '1');
}

// A commit is on the server's own disk and waits for the standby, which does not hear of it.
async function hold_a_commit(port) {
  process.kill(Number(ask(port, 'SELECT pid FROM pg_stat_replication')), 'SIGSTOP');
  const waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
  await until('a commit waits for the standby', () => ask(port, waiting) !== '0');
}

// Transactions that others made meanwhile may have the numbers of those that were lost.
function use_numbers(port) {
  const loop = 'FOR i IN 1..2000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP';
  ask(port, 'SET synchronous_commit = off', `DO $$ BEGIN ${loop}; END $$`);
}

// Sends until told to stop; what was answered stands in the ledger, with its position.
async function keep_sending(client, doors, ledger, state) {
  let open;
  while (!state.stopping || open) {
    open ??= client.command('screening.record_visit', kGrid, {
      visit: uuid(),
      household: doors[state.sent % doors.length].household,
      outcome: 'all_well',
      exceptions: [],
    });
    state.sent += 1;
    const answer = await client.send([open]).catch((error) => {
      if (state.stopping) return undefined; // the test has failed elsewhere
      throw error;
    });
    if (!answer) return;
    if (answer.status !== 200) {
      assert.ok(answer.status >= 500, answer.text);
      state.failed += 1;
      continue;
    }
    const [result] = answer.json.results;
    assert.ok(['applied', 'duplicate'].includes(result.status), answer.text);
    ledger.set(result.id, { command: open, position: result.position });
    open = undefined;
  }
}

// Fault F15: the database server is lost and a standby takes over.
test(`${kFailovers} promoted standbys have all that was answered`, async (t) => {
  const installation = new Installation();
  const folders = [join(home, 'data')];
  const ports = Array.from({ length: kFailovers + 1 }, (_, i) => kFirstPort + i);
  installation.options = [
    ...['--data', installation.data],
    ...['--store', `${address(ports, installation.database)}&target_session_attrs=read-write`],
  ];
  const server = await installation.serve();
  const state = { sent: 0, failed: 0, stopping: false };
  t.after(async () => {
    state.stopping = true;
    await server.kill();
    const last = folders.at(-1); // the others are dead, and the first is its maker's
    if (folders.length > 1 && existsSync(join(last, 'postmaster.pid'))) kill_server(last);
    rmSync(installation.base, { recursive: true, force: true });
  });
  const worker = await logged_in(server, 'worker1');
  const doors = (await worker.get(`/api/v1/screening/doors?grid=${kGrid}`)).json.doors;
  const ledger = new Map();
  for (let round = 0; round < kFailovers; round += 1) {
    const folder = join(home, `standby_${round + 1}`);
    folders.push(folder);
    await add_standby(ports[round], folder);
    state.stopping = false;
    const senders = Array.from({ length: kSenders }, () =>
      keep_sending(worker.at(server.url), doors, ledger, state),
    );
    const enough = ledger.size + kAnsweredBefore;
    await until('commands are answered', () => ledger.size >= enough, kPatienceMs);
    await hold_a_commit(ports[round]);
    // Wangdi asks for the commit's outcome only when its number is another transaction's.
    process.kill(server.process.pid, 'SIGSTOP');
    kill_server(folders[round]);
    as_server('pg_ctl', ['-D', folder, '-w', 'promote']);
    use_numbers(ports[round + 1]);
    process.kill(server.process.pid, 'SIGCONT');
    const again = ledger.size + kAnsweredBefore;
    await until('the standby answers', () => ledger.size >= again, kPatienceMs);
    state.stopping = true;
    await Promise.all(senders);
  }
  t.diagnostic(`${ledger.size} answered, ${state.failed} answers of failure on the way`);
  for (const [id, { command, position }] of ledger) {
    const answer = await worker.send([command]);
    const [result] = answer.json.results;
    assert.deepEqual([result.id, result.status, result.position], [id, 'duplicate', position]);
  }
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
  for (const words of [['verify'], ['rebuild', '--check']]) {
    const done = installation.run(words);
    assert.equal(done.status, 0, `${words.join(' ')}: ${done.stdout} ${done.stderr}`);
  }
});
