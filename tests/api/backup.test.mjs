// SPDX-License-Identifier: Apache-2.0
// A backup while clients write, and what comes out of it: every command answered up to the heads of
// the backup is there once, phones are told what was lost, and sending it again makes it whole.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { logged_in, uuid } from '../support/client.mjs';
import { on_postgres } from '../support/postgres.mjs';
import { binary, Installation } from '../support/server.mjs';

const kGrid = '320508019044001';
const kCommunity = '320508019044';
const kSenders = 4;

// Runs the tool without holding up this process, whose clients go on writing.
function run_beside(words) {
  return new Promise((done) => {
    const tool = spawn(binary, words, { env: { ...process.env, LANG: 'C.UTF-8' } });
    let said = '';
    for (const stream of [tool.stdout, tool.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
    tool.on('exit', (status) => done({ status, said }));
  });
}

async function visits_of(client, households) {
  const seen = new Map();
  for (const household of new Set(households)) {
    let after = '';
    do {
      const page = (await client.get(`/api/v1/screening/visits?household=${household}&community=${kCommunity}${after}`)).json;
      for (const row of page.rows) seen.set(row.visit, (seen.get(row.visit) ?? 0) + 1);
      after = page.next ? `&after=${page.next}` : '';
    } while (after);
  }
  return seen;
}

const skip = on_postgres && 'PostgreSQL is copied with its own tools';

// security: OP2
test('a backup under load is an exact prefix, and phones make up for the rest', { skip }, async (t) => {
  const installation = new Installation();
  t.after(() => installation.remove());
  const backup = join(installation.base, 'backup');
  const server = await installation.serve();
  const first = await logged_in(server, 'worker1');
  const doors = (await first.get(`/api/v1/screening/doors?grid=${kGrid}`)).json.doors;

  const ledger = []; // what was answered, in the order of the answers
  let writing = true;
  const senders = Array.from({ length: kSenders }, async () => {
    const client = first.at(server.url);
    while (writing) {
      const { household } = doors[ledger.length % doors.length];
      const visit = uuid();
      const command = client.command('screening.record_visit', kGrid, { visit, household, outcome: 'all_well', exceptions: [] });
      const { status, json } = await client.send([command]);
      assert.equal(status, 200);
      assert.deepEqual(json.resend, []);
      ledger.push({ command, visit, household, ...json.results[0] });
    }
  });
  const wait_for = async (count) => {
    while (ledger.length < count) await new Promise((done) => setTimeout(done, 5));
  };
  await wait_for(50);
  const before = ledger.length;
  const made = await run_beside(['backup', '--data', installation.data, '--to', backup]);
  assert.equal(made.status, 0, made.said);
  const after = ledger.length;
  await wait_for(after + 50);
  writing = false;
  await Promise.all(senders);
  assert.ok(after - before > 5, `only ${after - before} commands were answered while the backup ran`);

  // The drill runs beside the server; its keys are tried from the copy that is kept apart.
  const drill = await run_beside(['drill', '--data', installation.data, '--from', backup]);
  assert.equal(drill.status, 0, drill.said);
  assert.match(drill.said, /tables that differ 0/);
  assert.ok(!existsSync(`${installation.data}.drill`));

  // Two servers on one folder (F24): the second is refused, the first goes on.
  const second = installation.run(['serve', '--listen', '127.0.0.1:0']);
  assert.equal(second.status, 1, second.stdout);
  assert.match(second.stderr, /used by another process/);
  assert.equal((await first.get('/api/v1/session')).status, 200);
  await server.kill();

  // A killed server leaves its last commits in the WAL. A backup reads them and moves nothing.
  const files = ['wangdi.db', 'wangdi.db-wal'].map((name) => readFileSync(join(installation.data, name)));
  assert.ok(files[1].length > 0, 'nothing was left in the WAL');
  const cold = installation.run(['backup', '--to', join(installation.base, 'cold')]);
  assert.equal(cold.status, 0, cold.stderr);
  const records = Number(/records (\d+)/.exec(cold.stdout)[1]) - Number(/records (\d+)/.exec(made.said)[1]);
  for (const [i, name] of ['wangdi.db', 'wangdi.db-wal'].entries()) {
    assert.ok(files[i].equals(readFileSync(join(installation.data, name))), `the backup changed ${name}`);
  }

  // The disk is lost; keys and root lay elsewhere.
  rmSync(installation.data, { recursive: true });
  const restored = installation.run(['restore', '--from', backup]);
  assert.equal(restored.status, 0, restored.stderr);
  const verified = installation.run(['verify']);
  assert.equal(verified.status, 0, verified.stdout + verified.stderr);
  const rebuilt = installation.run(['rebuild', '--check']);
  assert.equal(rebuilt.status, 0, rebuilt.stdout + rebuilt.stderr);

  const again = await installation.serve();
  t.after(() => again.kill());
  assert.equal((await first.at(again.url).get('/api/v1/screening/doors?grid=' + kGrid)).status, 401, 'old sessions have ended');
  const phone = await logged_in(again, 'worker1');
  const officer = await logged_in(again, 'officer');
  const last = ledger.reduce((most, one) => (one.position.sequence > most.position.sequence ? one : most));
  const claim = { ...last.position, receipt: last.receipt };
  const ask = async (seen, commands = []) => (await phone.post('/api/v1/commands', { device: phone.device, seen, commands })).json;
  const { resend } = await ask([claim]);
  assert.equal(resend.length, 1);
  const [{ district, sequence: head }] = resend;
  assert.equal(district, last.position.district);
  const lost = ledger.filter(({ position }) => position.sequence > head);
  assert.ok(lost.length >= 50 && lost.length <= ledger.length - before, `${lost.length} of ${ledger.length} lost`);
  assert.equal(records, lost.length, 'the backup after the kill holds every answer');
  let there = await visits_of(officer, ledger.map(({ household }) => household));
  for (const { visit, position } of ledger) {
    assert.equal(there.get(visit) ?? 0, position.sequence > head ? 0 : 1, `visit at ${position.sequence}, head ${head}`);
  }

  // A claim within what the backup held asks for nothing, a forged one only costs its sender.
  const held = ledger.find(({ position }) => position.sequence <= head);
  assert.deepEqual((await ask([{ ...held.position, receipt: held.receipt }])).resend, []);
  assert.equal((await ask([{ ...claim, receipt: 'f'.repeat(32) }])).resend.length, 1);
  assert.deepEqual((await ask([last.position])).resend, [], 'without a receipt it claims nothing');

  for (let i = 0; i < lost.length; i += 50) {
    const { results } = await ask([], lost.slice(i, i + 50).map(({ command }) => command));
    for (const result of results) assert.equal(result.status, 'applied', JSON.stringify(result));
    const newest = results.at(-1);
    assert.deepEqual((await ask([{ ...newest.position, receipt: newest.receipt }])).resend, [], 'new receipts hold');
  }
  const repeated = await ask([], [held.command]);
  assert.equal(repeated.results[0].status, 'duplicate');
  there = await visits_of(officer, ledger.map(({ household }) => household));
  for (const { visit } of ledger) assert.equal(there.get(visit), 1);
  t.diagnostic(`${ledger.length} answered, ${after - before} while the backup ran, ${lost.length} sent again`);
});
