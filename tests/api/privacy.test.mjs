// SPDX-License-Identifier: Apache-2.0
// After a full demo run with good and bad requests, no name, number or phone of anybody stands in
// the journal, a table, the log, the metrics or an error text. Everybody is looked for byte by byte,
// on PostgreSQL in all files of the database server.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { logged_in, uuid } from '../support/client.mjs';
import { files_below } from '../support/files.mjs';
import { database_folders } from '../support/postgres.mjs';
import { Installation } from '../support/server.mjs';

const kGrids = ['320508019044001', '320508019044002', '320508019044003'];
const kAtOnce = 24;

async function each(list, work) {
  const waiting = [...list];
  await Promise.all(
    Array.from({ length: kAtOnce }, async () => {
      while (waiting.length) await work(waiting.pop());
    }),
  );
}

// Name, number and phone of everybody, read as the county officer may: with a purpose, logged.
async function everybody(county) {
  const persons = [];
  for (const grid of kGrids) {
    const doors = await county.get(`/api/v1/screening/doors?grid=${grid}`);
    for (const door of doors.json.doors) persons.push(...door.persons.map(({ id }) => id));
  }
  const secrets = new Set();
  await each(persons, async (subject) => {
    const answer = await county.post('/api/v1/residents/unmask', {
      subject,
      fields: ['name', 'document_number', 'phone'],
      purpose: 'official_request',
    });
    assert.equal(answer.status, 200, answer.text);
    for (const value of Object.values(answer.json.values)) if (value) secrets.add(value);
  });
  return { persons, secrets };
}

// Requests that carry personal values into every place where they could be echoed.
async function careless_requests(worker, secret, texts) {
  const keep = (answer) => texts.push(answer.text, [...answer.headers].join('\n'));
  keep(await worker.post('/api/v1/residents/search', { community: '320508019044', text: secret }));
  keep(await worker.post('/api/v1/residents/find', { number: secret, purpose: 'home_visit' }));
  keep(await worker.get(`/api/v1/screening/doors?grid=${encodeURIComponent(secret)}`));
  keep(await worker.get(`/api/v1/${encodeURIComponent(secret)}`));
  keep(await worker.get(`/${encodeURIComponent(secret)}?name=${encodeURIComponent(secret)}`));
  keep(await worker.post('/api/v1/residents/search', { [secret]: secret }));
  keep(await worker.request('POST', '/api/v1/commands', { body: {}, raw: `{"device":"${secret}` }));
  keep(
    await worker.send([
      worker.command('residents.add_person', kGrids[0], {
        id: secret,
        household: uuid(),
        name: secret,
        document_kind: secret,
        document_number: secret,
        phone: secret,
        relation: 'head',
      }),
      worker.command(secret.slice(0, 60), kGrids[0], { [secret]: secret }),
    ]),
  );
}

// Which secrets stand in the bytes. Names are looked for in every run of non-Latin text, numbers in
// every run of digits, so that one pass finds all.
function found_in(bytes, secrets) {
  const names = new Map();
  const numbers = new Set();
  for (const secret of secrets) {
    if (/^[0-9X]+$/.test(secret)) numbers.add(secret);
    // A name of two characters may stand in other people's words; a longer one is somebody's.
    else if ([...secret].length > 2) names.set(Buffer.from(secret).toString('latin1'), secret);
  }
  const lengths = [...new Set([...names.keys()].map((name) => name.length))];
  const text = bytes.toString('latin1');
  const found = new Set();
  for (const [run] of text.matchAll(/[\x80-\xff]{7,}/g)) {
    for (let at = 0; at + 7 <= run.length; at += 1) {
      for (const length of lengths) {
        const name = names.get(run.slice(at, at + length));
        if (name) found.add(name);
      }
    }
  }
  for (const [run] of text.matchAll(/[0-9X]{11,}/g)) {
    for (let at = 0; at + 11 <= run.length; at += 1) {
      for (const length of [11, 18]) {
        if (numbers.has(run.slice(at, at + length))) found.add(run.slice(at, at + length));
      }
    }
  }
  return [...found];
}

test('the search itself finds what is there', () => {
  const secrets = new Set(['欧阳铎屿', '999901199003070017', '19900123456']);
  const hay = Buffer.from('x欧阳铎屿y 0999901199003070017 1990012345');
  assert.deepEqual(found_in(hay, secrets), ['欧阳铎屿', '999901199003070017']);
});

// security: VA1, IO5
test('nobody is found outside the vault', async (t) => {
  const installation = new Installation();
  t.after(() => installation.remove());
  const server = await installation.serve({ log_level: 'debug' });
  const county = await logged_in(server, 'county');
  const worker = await logged_in(server, 'worker1');
  const { persons, secrets } = await everybody(county);
  assert.ok(persons.length > 1_500, `only ${persons.length} persons`);
  assert.ok(secrets.size > persons.length * 2, 'names, numbers and phones were read');

  const texts = [];
  for (const secret of [...secrets].slice(0, 40)) await careless_requests(worker, secret, texts);
  const metrics = await county.get('/metrics');
  assert.equal(metrics.status, 200);
  await server.stop();

  const places = new Map([
    ['the log', Buffer.from(server.log)],
    ['metrics', Buffer.from(metrics.text)],
    ['answers to careless requests', Buffer.from(texts.join('\n'))],
  ]);
  for (const part of ['data', 'data.keys']) {
    for (const path of files_below(join(installation.base, part), ['trees'])) places.set(path, readFileSync(path));
  }
  let journal = false;
  for (const folder of database_folders()) {
    for (const path of files_below(folder, ['trees'])) {
      const bytes = readFileSync(path);
      journal ||= bytes.includes('residents.person_added');
      places.set(path, bytes);
    }
    assert.ok(journal, 'the files are those of the database');
  }
  for (const [place, bytes] of places) {
    const found = found_in(bytes, secrets);
    assert.deepEqual(found, [], place);
  }
  assert.ok(server.log.includes('"event":"request"'), 'the log was on');
});
