// SPDX-License-Identifier: Apache-2.0
// The people of a load: accounts opened by the administrators, a first log-in and a password each, as
// on the first morning, and what each of them asks of the server.
import assert from 'node:assert/strict';
import { open_accounts, uuid } from '../support/client.mjs';
import { until } from '../support/until.mjs';
import { EventReader, request_bytes, Wire } from './wire.mjs';

const kOpenedAtOnce = 100;

// Of a hundred people: grid workers with phones, then officers with pages.
const kShares = [
  { role: 'grid_worker', of_hundred: 80, digits: 15 },
  { role: 'community_officer', of_hundred: 14, digits: 12 },
  { role: 'township_officer', of_hundred: 4, digits: 9 },
  { role: 'county_officer', of_hundred: 2, digits: 6 },
];
const kHundred = kShares.flatMap((share) => Array(share.of_hundred).fill(share));

const kStride = 37; // so that the first few people have all roles

const pick = (list) => list[Math.floor(Math.random() * list.length)];

// Opens this many accounts over the grids of `doors` (places.mjs); people who have not logged in yet.
export async function open_people(server, doors, count) {
  const people = Array.from({ length: count }, (_, turn) => new Person(server, doors, turn));
  for (let first = 0; first < count; first += kOpenedAtOnce) {
    const some = people.slice(first, first + kOpenedAtOnce);
    const accounts = some.map(({ id, name, role, region }) => ({ account: id, name, display_name: '负荷', role, region }));
    (await open_accounts(server, accounts)).forEach((secret, i) => {
      some[i].secret = secret;
    });
  }
  return people;
}

export class Person {
  constructor(server, doors, turn) {
    const { role, digits } = kHundred[(turn * kStride) % kHundred.length];
    const grids = [...doors.keys()];
    this.grid = grids[turn % grids.length]; // a worker's, and where an officer looks
    this.community = this.grid.slice(0, 12);
    Object.assign(this, { role, region: this.grid.slice(0, digits), id: uuid(), name: `load-${turn + 1}`, device: uuid() });
    this.password = `kettle-${turn + 1}-harbour-velvet`;
    this.all_doors = doors;
    this.doors = doors.get(this.grid);
    this.port = server.port;
    this.host = `127.0.0.1:${server.port}`;
    this.wire = new Wire(server.port);
    this.cookies = new Map();
    this.cookie = this.csrf = '';
    this.sequence = 0;
  }
  get is_worker() {
    return this.role === 'grid_worker';
  }

  bytes(method, path, body) {
    return request_bytes({ method, path, host: this.host, cookie: this.cookie, csrf: this.csrf, body });
  }

  cookies_text() {
    return [...this.cookies].map((pair) => pair.join('=')).join('; ');
  }

  // One answer to a question about the session; its cookies and token are kept.
  async enter(path, form) {
    const answer = await this.wire.ask(this.bytes('POST', path, JSON.stringify(form)));
    if (answer.status !== 200) return answer;
    for (const [, name, value] of answer.head.matchAll(/\r\nset-cookie: ([^=]+)=([^;]*)/gi)) this.cookies.set(name, value);
    this.cookie = this.cookies_text();
    this.csrf = JSON.parse(answer.body).csrf;
    return answer;
  }

  // The first log-in and the own password. Who is told that the hashing threads are busy asks again
  // some time after the one that was named, as people do; `tell` hears of every answer.
  async first_log_in(tell) {
    const steps = [
      ['/api/v1/session', { account: this.name, password: this.secret }],
      ['/api/v1/session/password', { current: this.secret, next: this.password }],
    ];
    for (const [path, form] of steps) {
      for (;;) {
        const answer = await this.enter(path, form);
        tell(answer);
        if (answer.status === 200) break;
        assert.equal(answer.status, 429, `${path}: ${answer.status} ${answer.body}`);
        const again = performance.now() + 1_000 * Number(answer.field('retry-after')) * (1 + Math.random());
        await until('the time to ask again', () => performance.now() >= again);
      }
    }
  }

  // Out, and in again with the own password; the answer to that.
  async log_in_again() {
    await this.wire.ask(this.bytes('DELETE', '/api/v1/session'));
    this.cookies.delete('wangdi');
    this.cookie = this.cookies_text();
    return this.enter('/api/v1/session', { account: this.name, password: this.password });
  }

  // A worker's batch: so many visits at doors of the own grid.
  visits(count) {
    const now = Date.now();
    const commands = [];
    for (let i = 0; i < count; i += 1) {
      this.sequence += 1;
      commands.push(
        `{"id":"${uuid()}","type":"screening.record_visit","region":"${this.grid}","occurred_at":${now},"skew_ms":0,` +
          `"device_sequence":${this.sequence},"body":{"visit":"${uuid()}","household":"${pick(this.doors)}",` +
          `"outcome":"all_well","exceptions":[]}}`,
      );
    }
    return this.bytes('POST', '/api/v1/commands', `{"device":"${this.device}","seen":[],"commands":[${commands.join(',')}]}`);
  }

  look_at_a_door() {
    return this.bytes('GET', `/api/v1/residents/household?household=${pick(this.doors)}`);
  }
  // What the person looks at next: a worker at the own doors, an officer at boards and lists.
  page() {
    if (this.is_worker) return this.bytes('GET', `/api/v1/screening/doors?grid=${this.region}`);
    const household = pick(this.doors);
    return this.bytes(
      'GET',
      pick([
        `/api/v1/reporting/board?region=${this.region}`,
        `/api/v1/reporting/board?region=${this.community}`,
        `/api/v1/residents/household?household=${household}`,
        `/api/v1/screening/visits?household=${household}`,
        `/api/v1/regions/buildings?community=${this.community}`,
      ]),
    );
  }

  open_stream() {
    this.stream = new EventReader(this.port, this.bytes('GET', '/api/v1/stream'));
  }
  leave() {
    this.stream?.close();
    this.wire.close();
  }
}

// How many of the commands of this answer were taken; anything but "applied" is an error.
export function applied(answer) {
  const { results } = JSON.parse(answer.body);
  for (const { status } of results) assert.equal(status, 'applied', answer.body.toString());
  return results.length;
}
