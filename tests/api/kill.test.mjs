// SPDX-License-Identifier: Apache-2.0
// kill -9 under load, again and again: every answered command is there once, none twice, none half.
// A client keeps the ledger of what was answered; unanswered commands are sent again under their id.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logged_in, uuid } from '../support/client.mjs';
import { Installation } from '../support/server.mjs';

const kKills = Number(process.env.WANGDI_KILLS ?? 50);
const kSenders = 4;
const kGrid = '320508019044001';

// Sends until the server is gone; what was not answered stays in `open`.
async function send_until_killed(client, doors, ledger, open, answered) {
  for (;;) {
    if (open.length === 0) {
      const door = doors[ledger.size % doors.length];
      open.push(
        client.command('screening.record_visit', kGrid, {
          visit: uuid(),
          household: door.household,
          outcome: 'all_well',
          exceptions: [],
        }),
      );
    }
    let answer;
    try {
      answer = await client.send(open);
    } catch {
      return; // the connection broke: nobody knows what became of them
    }
    if (answer.status !== 200) return;
    for (const result of answer.json.results) {
      assert.ok(['applied', 'duplicate'].includes(result.status), JSON.stringify(result));
      const before = ledger.get(result.id);
      if (before) assert.deepEqual(result.position, before.position, 'one command, two positions');
      ledger.set(result.id, { position: result.position, visit: open.find(({ id }) => id === result.id).body.visit });
    }
    open.length = 0;
    answered();
  }
}

test(`${kKills} kills under load lose nothing and double nothing`, async (t) => {
  const installation = new Installation();
  t.after(() => installation.remove());
  const ledger = new Map();
  const opens = Array.from({ length: kSenders }, () => []);
  let first;
  let doors;
  let seed = Number(process.env.WANGDI_SEED ?? Date.now() % 1_000_000);
  t.diagnostic(`seed ${seed}`);
  const random = () => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
  for (let kill = 0; kill <= kKills; kill += 1) {
    const server = await installation.serve();
    const clients = [];
    for (let i = 0; i < kSenders; i += 1) {
      // Sessions survive the kill as well: one log-in is enough.
      first ??= await logged_in(server, 'worker1');
      clients.push(first.at(server.url));
    }
    doors ??= (await clients[0].get(`/api/v1/screening/doors?grid=${kGrid}`)).json.doors;
    if (kill === kKills) {
      // The last round sends what is open and ends in peace.
      for (let i = 0; i < kSenders; i += 1) {
        if (opens[i].length === 0) continue;
        const { results } = (await clients[i].send(opens[i])).json;
        for (const result of results) ledger.set(result.id, { position: result.position, visit: opens[i].find(({ id }) => id === result.id).body.visit });
      }
      await server.stop();
      break;
    }
    // Dies at some answer, while the other senders are on their way.
    let left = 1 + Math.floor(random() * 60);
    const answered = () => {
      left -= 1;
      if (left === 0) void server.kill();
    };
    await Promise.all(clients.map((client, i) => send_until_killed(client, doors, ledger, opens[i], answered)));
    await server.exited;
  }

  const verified = installation.run(['verify']);
  assert.equal(verified.status, 0, verified.stdout + verified.stderr);
  const rebuilt = installation.run(['rebuild', '--check']);
  assert.equal(rebuilt.status, 0, rebuilt.stdout + rebuilt.stderr);
  const server = await installation.serve();
  t.after(() => server.kill());
  const officer = await logged_in(server, 'officer');
  const seen = new Map();
  for (const household of new Set(doors.map((door) => door.household))) {
    let after = '';
    do {
      const page = (await officer.get(`/api/v1/screening/visits?household=${household}&community=320508019044${after}`)).json;
      for (const row of page.rows) seen.set(row.visit, (seen.get(row.visit) ?? 0) + 1);
      after = page.next ? `&after=${page.next}` : '';
    } while (after);
  }
  const positions = new Set();
  for (const { position, visit } of ledger.values()) {
    assert.equal(seen.get(visit), 1, `visit ${visit} stands ${seen.get(visit)} times`);
    const key = `${position.district}/${position.sequence}`;
    assert.ok(!positions.has(key), `two commands at ${key}`);
    positions.add(key);
  }
  t.diagnostic(`${ledger.size} answered commands in ${kKills} lives`);
  assert.ok(ledger.size >= kKills, 'the load was too small to prove anything');
});
