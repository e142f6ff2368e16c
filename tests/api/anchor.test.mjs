// SPDX-License-Identifier: Apache-2.0
// A journal that lost its end or was changed is never silent (F9, F10): the server starts for reading
// only, everything that an operator looks at says so, and the way out is an operator's act, after
// which phones send again what they were answered. A stop or a kill without damage never alarms.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { logged_in, uuid } from '../support/client.mjs';
import { create_database, drop_database, on_postgres } from '../support/postgres.mjs';
import { Installation } from '../support/server.mjs';
import { until } from '../support/until.mjs';

const kGrid = '320508019044001';
const kDistrict = 320508;
const kLives = 20;
const on_sqlite_only = on_postgres && 'about the files of SQLite';

async function doors_of(client) {
  return (await client.get(`/api/v1/screening/doors?grid=${kGrid}`)).json.doors;
}

function visit_of(client, household) {
  return client.command('screening.record_visit', kGrid, { visit: uuid(), household, outcome: 'all_well', exceptions: [] });
}

// What a phone keeps of one record: the command, where it stands and the receipt for it.
const record = (client, household) => sent(client, visit_of(client, household));
async function sent(client, command) {
  const { status, json } = await client.send([command]);
  assert.equal(status, 200);
  assert.equal(json.results[0].status, 'applied', JSON.stringify(json.results[0]));
  return { command, position: json.results[0].position, receipt: json.results[0].receipt };
}

const claim_of = (kept) => ({ ...kept.position, receipt: kept.receipt });
const ask = (client, seen, commands = []) => client.post('/api/v1/commands', { device: client.device, seen, commands });

function anchored(installation) {
  const [, body] = readFileSync(`${installation.data}.anchor`, 'utf8').split('\n');
  return JSON.parse(body);
}
const anchored_at = (installation, district = kDistrict) =>
  anchored(installation).heads.find((head) => head.district === district)?.sequence ?? 0;
const wait_for_anchor = (installation, sequence) =>
  until('the anchor', () => anchored_at(installation) >= sequence);

async function metric(client, name) {
  const found = new RegExp(`^${name} (\\d+)$`, 'm').exec((await client.get('/metrics')).text);
  assert.ok(found, name);
  return Number(found[1]);
}

// Runs a program in Python, whose SQLite everybody has.
function python(program, ...words) {
  const done = spawnSync('python3', ['-c', program, ...words], { encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout.trim();
}

// Everything that has to tell of an alarm, at a server that has just been started.
async function assert_alarm(installation, server, client, { reason, place, words }) {
  const line = server.log.split('\n').find((one) => one.includes('"journal_alarm"'));
  assert.ok(line, `no line in the log: ${server.log}`);
  const { level, reason: logged } = JSON.parse(line);
  assert.deepEqual([level, logged], ['error', reason]);
  const ready = await client.get('/ready');
  assert.equal(ready.status, 503);
  assert.equal(ready.json.status, 'read_only');
  assert.equal(ready.json.reason, reason);
  assert.match(ready.json.place, place);
  assert.equal((await client.get('/health')).status, 200);
  assert.equal(await metric(client, 'wangdi_journal_alarm'), 1);

  // Somebody logs in, sees that nothing can be saved, and reads.
  const worker = await logged_in(server, 'worker1');
  assert.equal((await worker.get('/api/v1/session')).json.read_only, true);
  const doors = await doors_of(worker);
  assert.ok(doors.length > 100);
  // The phone keeps what it has: 503 is no refusal of a record.
  const write = await worker.send([visit_of(worker, doors[0].household)]);
  assert.equal(write.status, 503);
  assert.equal(write.json.name, 'read_only');
  assert.equal(write.headers.get('retry-after'), '10');
  assert.deepEqual((await ask(worker, [])).json.resend, [], 'nothing is given up before an operator says so');

  const anchor = () => (existsSync(`${installation.data}.anchor`) ? readFileSync(`${installation.data}.anchor`, 'utf8') : '');
  const before = anchor();
  await server.stop();
  assert.equal(anchor(), before, 'the anchor is evidence and stays');
  for (const command of ['verify', 'doctor']) {
    const told = installation.run([command]);
    assert.equal(told.status, 3, `${command}: ${told.stdout} ${told.stderr}`);
    assert.match(told.stdout, words, command);
  }
  const tool = installation.run(['user', 'close', 'worker2', '--reason', 'test']);
  assert.equal(tool.status, 1);
  assert.match(tool.stderr, /read-only/);
}

// Accepts what is missing; the server it gives writes again, and phones bring what they have.
async function assert_way_out(installation, phones_keep, words) {
  const accepted = installation.run(['verify', '--accept-loss']);
  assert.equal(accepted.status, 0, accepted.stdout + accepted.stderr);
  assert.match(accepted.stdout, words);
  assert.ok(existsSync(`${installation.data}.anchor`));
  for (const words_of of [['verify'], ['rebuild', '--check']]) {
    const whole = installation.run(words_of);
    assert.equal(whole.status, 0, whole.stdout + whole.stderr);
  }
  const server = await installation.serve();
  const phone = await logged_in(server, 'worker1');
  assert.equal((await phone.get('/ready')).status, 200);
  assert.equal((await phone.get('/api/v1/session')).json.read_only, undefined);
  assert.equal(await metric(phone, 'wangdi_journal_alarm'), 0);
  const last = phones_keep.at(-1);
  const [{ district, sequence }] = (await ask(phone, [claim_of(last)])).json.resend;
  assert.equal(district, kDistrict);
  const again = phones_keep.filter(({ position }) => position.sequence > sequence);
  assert.ok(again.length > 0);
  const { results } = (await ask(phone, [], again.map(({ command }) => command))).json;
  for (const result of results) assert.match(result.status, /^(applied|duplicate)$/, JSON.stringify(result));
  assert.ok(results.some(({ status }) => status === 'applied'), 'something had been lost');
  const newest = results.at(-1);
  assert.deepEqual((await ask(phone, [{ ...newest.position, receipt: newest.receipt }])).json.resend, []);
  return server;
}

test('an installation that is stopped or killed without damage never alarms', async (t) => {
  const installation = new Installation();
  t.after(() => installation.remove());
  let first;
  let doors;
  let answered = 0;
  for (let life = 0; life < kLives; life += 1) {
    const server = await installation.serve();
    first ??= await logged_in(server, 'worker1');
    doors ??= await doors_of(first);
    const client = first.at(server.url);
    assert.equal((await client.get('/ready')).status, 200, server.log);
    // Load, until the server dies in the middle of it or is stopped.
    let goes_on = true;
    const senders = Array.from({ length: 4 }, async (_, sender) => {
      for (let i = 0; goes_on; i += 1) {
        const answer = await client
          .send([visit_of(client, doors[(life * 40 + sender * 10 + i) % doors.length].household)])
          .catch(() => undefined);
        if (!answer) return;
        assert.notEqual(answer.json?.name, 'read_only', server.log);
        if (answer.status !== 200) return;
        answered += 1;
      }
    });
    const goal = answered + 5 + 7 * (life % 4);
    await until('answers', () => answered >= goal);
    if (life % 5 === 4) await server.stop();
    else await server.kill();
    goes_on = false;
    await Promise.all(senders);
    assert.ok(!server.log.includes('journal_alarm'), server.log);
    if (life % 5 !== 4) continue;
    // A clean stop leaves an anchor that is not a record behind.
    const verified = installation.run(['verify']);
    assert.equal(verified.status, 0, verified.stdout);
    const { heads } = anchored(installation);
    const records = Number(/records (\d+)/.exec(verified.stdout)[1]);
    assert.equal(heads.reduce((sum, { sequence }) => sum + sequence, 0), records);
  }
  t.diagnostic(`${answered} answers in ${kLives} lives`);
});

// Kills the server when the phone has answers that the database file alone does not hold.
async function with_answers_in_the_log(installation) {
  const server = await installation.serve();
  const phone = await logged_in(server, 'worker1');
  const doors = await doors_of(phone);
  const kept = [];
  for (let i = 0; i < 12; i += 1) kept.push(await record(phone, doors[i].household));
  const body = { id: uuid(), household: doors[0].household, name: '留名', document_kind: 'none', relation: 'other' };
  kept.push(await sent(phone, phone.command('residents.add_person', kGrid, body)));
  await wait_for_anchor(installation, kept.at(-1).position.sequence);
  await server.kill();
  return kept;
}

test('F9: a lost or damaged write-ahead log is an alarm, and accepting the loss ends it', { skip: on_sqlite_only }, async (t) => {
  const installation = new Installation();
  t.after(() => installation.remove());
  const file = (end = '') => join(installation.data, `wangdi.db${end}`);
  const kept = await with_answers_in_the_log(installation);
  const wal = readFileSync(file('-wal'));
  const anchor = readFileSync(`${installation.data}.anchor`);
  const spare = join(installation.base, 'spare.db');
  copyFileSync(file(), spare);
  const put_back = () => {
    rmSync(file('-shm'), { force: true });
    rmSync(file('-wal.found'), { force: true });
    copyFileSync(spare, file());
    writeFileSync(file('-wal'), wal);
    writeFileSync(`${installation.data}.anchor`, anchor);
  };
  const expected = { reason: 'tail_missing', place: /^320508\/\d+( \.\. 320508\/\d+)?$/, words: /320508\/\d+/ };
  const cases = {
    'the log is gone': () => rmSync(file('-wal')),
    'one bit of the log is flipped': () => {
      const flipped = Buffer.from(wal);
      flipped[Math.floor(wal.length * 0.6)] ^= 4;
      writeFileSync(file('-wal'), flipped);
    },
    'the log is cut off': () => writeFileSync(file('-wal'), wal.subarray(0, Math.floor(wal.length * 0.7))),
  };
  for (const [name, spoil] of Object.entries(cases)) {
    await t.test(name, async (each) => {
      put_back();
      spoil();
      const found = existsSync(file('-wal')) ? readFileSync(file('-wal')) : undefined;
      const server = await installation.serve();
      each.after(() => server.kill());
      await assert_alarm(installation, server, await logged_in(server, 'officer'), expected);
      // Log-ins were written on, but what the log held when it was found is kept.
      if (found) assert.ok(found.equals(readFileSync(file('-wal.found'))));
    });
  }
  await t.test('an operator puts the log back: nothing was lost', async () => {
    put_back();
    const server = await installation.serve();
    const phone = await logged_in(server, 'worker1');
    assert.equal((await phone.get('/ready')).status, 200);
    assert.deepEqual((await ask(phone, [claim_of(kept.at(-1))])).json.resend, []);
    // The starts under alarm knew nothing of this person, and kept the key all the same.
    const { id, household } = kept.at(-1).command.body;
    const { persons } = (await phone.get(`/api/v1/residents/household?household=${household}`)).json;
    const person = persons.find((one) => one.id === id || one.person === id);
    assert.match(person?.name ?? '', /^留/, JSON.stringify(person));
    await server.kill();
  });
  await t.test('an operator accepts the loss: phones send again', async () => {
    put_back();
    rmSync(file('-wal'));
    const server = await assert_way_out(installation, kept, /320508\/\d+ \.\. 320508\/\d+: the last records are gone/);
    await server.stop();
    const events = python(
      `import json, sqlite3, sys
rows = sqlite3.connect(sys.argv[1]).execute("SELECT body FROM journal WHERE type = 'bus.loss_accepted' AND district = ${kDistrict}")
print(json.dumps([json.loads(row[0]) for row in rows]))`,
      file(),
    );
    const [event] = JSON.parse(events);
    assert.equal(event.anchored, kept.at(-1).position.sequence);
    assert.equal(event.why, 'tail_missing');
    assert.ok(event.sequence < event.anchored && event.anchored_at > 0 && event.number > 0);
    assert.equal(event.user, process.getuid());
  });
});

// A copy of the database as it stands, and the way to put it back.
function copy_of_database(installation) {
  if (on_postgres) {
    const copy = `${installation.database}_older`;
    create_database(copy, installation.database);
    return () => {
      drop_database(installation.database);
      create_database(installation.database, copy);
      drop_database(copy);
    };
  }
  const database = join(installation.data, 'wangdi.db');
  const copy = join(installation.base, 'older.db');
  copyFileSync(database, copy);
  return () => {
    for (const end of ['', '-wal', '-shm']) rmSync(database + end, { force: true });
    copyFileSync(copy, database);
  };
}

test('F9: an older copy in the place of the database is an alarm', async (t) => {
  const installation = new Installation();
  t.after(() => installation.remove());
  const put_older_back = copy_of_database(installation);
  const kept = await with_answers_in_the_log(installation);
  put_older_back();
  const server = await installation.serve();
  t.after(() => server.kill());
  const client = await logged_in(server, 'officer');
  const first = anchored_at(installation) - kept.length + 1;
  await assert_alarm(installation, server, client, {
    reason: 'tail_missing',
    place: new RegExp(`^320508/${first} \\.\\. 320508/${kept.at(-1).position.sequence}$`),
    words: new RegExp(`320508/${first} \\.\\. 320508/${kept.at(-1).position.sequence}`),
  });
  await (await assert_way_out(installation, kept, /the last records are gone/)).stop();
});

// Data folder, anchor and database of one moment fit together, so that nothing but the operator
// knows what is gone: a restored pg_basebackup.
test('F9: of an older copy with the anchor of its time the loss is told when that is taken away', async (t) => {
  const installation = new Installation();
  t.after(() => installation.remove());
  await (await installation.serve()).stop();
  const anchor = readFileSync(`${installation.data}.anchor`);
  const put_older_back = copy_of_database(installation);
  const kept = await with_answers_in_the_log(installation);
  put_older_back();
  writeFileSync(`${installation.data}.anchor`, anchor);
  const unknown = installation.run(['verify', '--accept-loss']);
  assert.equal(unknown.status, 0, unknown.stderr);
  assert.match(unknown.stdout, /no alarm, nothing was changed/);
  rmSync(`${installation.data}.anchor`);
  const server = await assert_way_out(installation, kept, /anchor file is gone/);
  t.after(() => server.kill());
});

test('a missing, damaged or foreign anchor is an alarm', async (t) => {
  const installation = new Installation();
  t.after(() => installation.remove());
  const file = `${installation.data}.anchor`;
  const serve_once = async () => {
    const server = await installation.serve();
    const status = (await fetch(`${server.url}/ready`)).status;
    await server.stop();
    return status;
  };
  assert.equal(await serve_once(), 200);
  const whole = readFileSync(file);
  const changed = Buffer.from(whole);
  changed[changed.length - 20] ^= 1;
  const cases = {
    anchor_missing: () => rmSync(file),
    anchor_damaged: () => writeFileSync(file, changed),
  };
  for (const [reason, spoil] of Object.entries(cases)) {
    spoil();
    const server = await installation.serve();
    const client = await logged_in(server, 'officer');
    await assert_alarm(installation, server, client, { reason, place: /^$/, words: /anchor file is (gone|damaged)/ });
    writeFileSync(file, whole);
    assert.equal(await serve_once(), 200, 'the anchor is back');
  }
  // Where the configuration says, and nowhere else.
  const elsewhere = join(installation.base, 'elsewhere.anchor');
  copyFileSync(file, elsewhere);
  rmSync(file);
  const server = await installation.serve({ set: { 'anchor.path': elsewhere } });
  assert.equal((await fetch(`${server.url}/ready`)).status, 200);
  const worker = await logged_in(server, 'worker1');
  await record(worker, (await doors_of(worker))[0].household);
  await server.stop();
  assert.ok(!existsSync(file));
  assert.ok(!readFileSync(elsewhere).equals(whole));
});

test('F10: an edited record is named with its position', { skip: on_sqlite_only }, async (t) => {
  const installation = new Installation();
  t.after(() => installation.remove());
  const database = join(installation.data, 'wangdi.db');
  const edit = `import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
sequence = db.execute("SELECT max(sequence) - 3 FROM journal WHERE district = ${kDistrict}").fetchone()[0]
db.execute("UPDATE journal SET " + sys.argv[2] + " WHERE district = ${kDistrict} AND sequence = ?", (sequence,))
db.commit()
print(sequence)`;
  for (const [what, words] of [
    ["body = replace(body, '}', ' }')", 'the body does not fit its hash'],
    ['occurred_at = occurred_at + 60000', 'the chain is broken'],
  ]) {
    const spare = join(installation.base, 'spare.db');
    copyFileSync(database, spare);
    const sequence = Number(python(edit, database, what));
    const verified = installation.run(['verify']);
    assert.equal(verified.status, 3);
    // A seal covers a batch: what is in its headers is known to lie in it.
    const named = new RegExp(`320508/(\\d+): ${words}`).exec(verified.stdout);
    assert.ok(named, verified.stdout);
    assert.ok(Number(named[1]) >= sequence, verified.stdout);
    if (words.startsWith('the body')) assert.equal(Number(named[1]), sequence);
    const doctor = installation.run(['doctor']);
    assert.equal(doctor.status, 3);
    assert.match(doctor.stdout, /the journal does not fit: 320508\/\d+/);
    rmSync(`${database}-wal`, { force: true });
    rmSync(`${database}-shm`, { force: true });
    copyFileSync(spare, database);
  }
});

test('a proved claim above the head is an alarm at once and after a start, an unproved one is only counted', async (t) => {
  const installation = new Installation();
  t.after(() => installation.remove());
  // Both are copies with the same keys: what the other is answered stands for what is lost here.
  const other = new Installation();
  t.after(() => other.remove());
  const ahead = await other.serve();
  const writer = await logged_in(ahead, 'worker1');
  const doors = await doors_of(writer);
  const kept = [];
  for (let i = 0; i < 3; i += 1) kept.push(await record(writer, doors[i].household));
  await ahead.stop();

  const server = await installation.serve();
  t.after(() => server.kill());
  const phone = await logged_in(server, 'worker1');
  const last = kept.at(-1);
  const unproved = [last.position, { ...last.position, receipt: 'f'.repeat(32) }, { ...last.position, sequence: last.position.sequence + 1, receipt: last.receipt }];
  for (const seen of unproved) assert.deepEqual((await ask(phone, [seen])).json.resend, []);
  assert.equal(await metric(phone, 'wangdi_claims_unproven_total'), unproved.length);
  assert.equal(server.log.split('"claim_unproven"').length - 1, 1, 'the log tells it once a minute');
  assert.equal((await phone.get('/ready')).status, 200);
  assert.equal((await phone.send([visit_of(phone, doors[9].household)])).status, 200);

  const answer = await ask(phone, [claim_of(last)], [visit_of(phone, doors[10].household)]);
  assert.equal(answer.status, 503, 'from that moment');
  assert.equal(answer.json.name, 'read_only');
  const place = new RegExp(`^320508/${last.position.sequence - 1} \\.\\. 320508/${last.position.sequence}$`);
  assert.match((await phone.get('/ready')).json.place, place);
  await until('the claim is kept', () => existsSync(join(installation.data, 'CLAIMED')));
  await server.kill();

  const again = await installation.serve();
  t.after(() => again.kill());
  const words = /a phone holds receipts of records that are not here/;
  await assert_alarm(installation, again, phone.at(again.url), { reason: 'claim_above_head', place, words });
  await (await assert_way_out(installation, kept, words)).stop();
});

// The anchor is a second behind. A disk that forgets that second, and a server that goes on before a
// phone speaks, leave a journal that fits its anchor, with other records where the phone's were.
test('a receipt of another record than stands at its place is an alarm, until an operator acts', async (t) => {
  const installation = new Installation();
  t.after(() => installation.remove());
  // A copy with the same keys: what it answers stands for what the disk forgot.
  const other = new Installation();
  t.after(() => other.remove());
  const before = await other.serve();
  const writer = await logged_in(before, 'worker1');
  const doors = await doors_of(writer);
  const kept = [];
  for (let i = 0; i < 3; i += 1) kept.push(await record(writer, doors[i].household));
  await before.stop();

  const server = await installation.serve();
  t.after(() => server.kill());
  const phone = await logged_in(server, 'worker1');
  const own = [];
  for (let i = 5; i < 12; i += 1) own.push(await record(phone, doors[i].household));
  const last = kept.at(-1);
  assert.ok(own.at(-1).position.sequence > last.position.sequence, 'the place is taken');

  // Receipts that fit, that prove nothing, and none at all: no alarm.
  const harmless = [
    ...own.map(claim_of),
    { ...last.position, receipt: 'f'.repeat(32) },
    last.position,
    { ...own[0].position, receipt: last.receipt },
  ];
  for (const seen of harmless) assert.deepEqual((await ask(phone, [seen])).json.resend, []);
  assert.equal((await phone.send([visit_of(phone, doors[20].household)])).status, 200);
  assert.equal((await phone.get('/ready')).status, 200);

  const place = new RegExp(`^${kDistrict}/${last.position.sequence}$`);
  await ask(phone, [claim_of(last)]);
  await until('the alarm', async () => (await phone.get('/ready')).status === 503);
  const ready = (await phone.get('/ready')).json;
  assert.equal(ready.reason, 'claim_differs');
  assert.match(ready.place, place);
  assert.equal((await phone.send([visit_of(phone, doors[21].household)])).status, 503);
  await until('the claim is kept', () => existsSync(join(installation.data, 'CLAIMED')));
  await server.kill();

  const words = /a phone holds the receipt of another record than stands here/;
  const again = await installation.serve();
  t.after(() => again.kill());
  await assert_alarm(installation, again, phone.at(again.url), { reason: 'claim_differs', place, words });
  // The database that has the phone's records ends it by itself; then the wrong one is back.
  if (!on_postgres) {
    const aside = join(installation.base, 'aside');
    for (const name of ['wangdi.db', 'wangdi.db-wal']) {
      if (existsSync(join(installation.data, name))) copyFileSync(join(installation.data, name), aside + name);
      rmSync(join(installation.data, name), { force: true });
      if (existsSync(join(other.data, name))) copyFileSync(join(other.data, name), join(installation.data, name));
    }
    copyFileSync(`${installation.data}.anchor`, `${aside}.anchor`);
    copyFileSync(`${other.data}.anchor`, `${installation.data}.anchor`);
    const mark = readFileSync(join(installation.data, 'CLAIMED'));
    const right = await installation.serve();
    t.after(() => right.kill());
    assert.equal((await fetch(`${right.url}/ready`)).status, 200);
    await right.stop();
    for (const name of ['wangdi.db', 'wangdi.db-wal', 'wangdi.db-shm']) {
      rmSync(join(installation.data, name), { force: true });
      if (existsSync(aside + name)) copyFileSync(aside + name, join(installation.data, name));
    }
    copyFileSync(`${aside}.anchor`, `${installation.data}.anchor`);
    writeFileSync(join(installation.data, 'CLAIMED'), mark);
  }
  await (await assert_way_out(installation, kept, words)).stop();
});
