// SPDX-License-Identifier: Apache-2.0
// A roster with more rows than one person may take leaves only after a second one agreed, and once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { logged_in, uuid } from '../support/client.mjs';
import { Installation } from '../support/server.mjs';

const kCommunity = '320508019044';
const kGrid = `${kCommunity}001`;
const kFree = 3_000;
const kBatch = 50;
const kDoorful = 190; // persons of one door

let installation, server, officer, county;
before(async () => {
  installation = new Installation();
  server = await installation.serve();
  [officer, county] = await Promise.all(['officer', 'county'].map((name) => logged_in(server, name)));
});
after(async () => {
  await server.stop();
  installation.remove();
});

async function all_of(type, bodies) {
  for (let at = 0; at < bodies.length; at += kBatch) {
    const answer = await officer.send(bodies.slice(at, at + kBatch).map((body) => officer.command(type, kGrid, body)));
    assert.ok(answer.json.results.every(({ status }) => status === 'applied'), answer.text.slice(0, 300));
  }
}
const export_for = (client, purpose) => client.post('/api/v1/residents/export', { community: kCommunity, purpose });

// security: FI4
test('a large roster needs a second person of the region, and each agreement is for once', async () => {
  assert.equal((await export_for(officer, 'home_visit')).status, 200, 'small enough for one');
  const { doors } = (await officer.get(`/api/v1/screening/doors?grid=${kGrid}`)).json;
  const households = Array.from({ length: Math.ceil(kFree / kDoorful) }, (_, i) => ({
    id: uuid(), grid: kGrid, building: doors[0].building.id, unit: '9', floor: 1, room: `${900 + i}`, state: 'occupied',
  }));
  await all_of('residents.add_household', households);
  await all_of('residents.add_person', Array.from({ length: kFree }, (_, i) => ({
    id: uuid(), household: households[Math.floor(i / kDoorful)].id, name: '某某', document_kind: 'none', relation: 'other',
  })));
  assert.equal((await export_for(officer, 'official_request')).json?.name, 'second_person_needed');

  const request = { approval: uuid(), action: 'export_roster', region: kCommunity, purpose: 'official_request', reason: '普查要用' };
  assert.equal((await officer.one('approvals.ask', kCommunity, request)).status, 'applied');
  assert.equal((await export_for(officer, 'official_request')).json?.name, 'second_person_needed', 'asked is not allowed');
  const allow = { approval: request.approval, region: kCommunity, allowed: true };
  assert.equal((await officer.one('approvals.decide', kCommunity, allow)).problem?.name, 'second_person_needed');
  const [waiting] = (await county.get('/api/v1/approvals?region=320508')).json.rows;
  assert.equal(waiting.reason, '普查要用');
  assert.equal((await county.one('approvals.decide', kCommunity, allow)).status, 'applied');

  assert.equal((await export_for(officer, 'home_visit')).json?.name, 'second_person_needed', 'another purpose');
  assert.equal((await export_for(county, 'official_request')).json?.name, 'second_person_needed', 'another person');
  const at_once = await Promise.all([1, 2, 3].map(() => export_for(officer, 'official_request')));
  assert.deepEqual(at_once.map(({ status }) => status).sort(), [200, 409, 409], 'one of three at the same moment');
  assert.equal((await export_for(officer, 'official_request')).json?.name, 'second_person_needed', 'once');
});
