// SPDX-License-Identifier: Apache-2.0
// Texts that would end a statement if one was ever put together from them: what is searched, named
// and noted is found again as the very text it was, and nothing else happens.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { logged_in, uuid } from '../support/client.mjs';
import { Installation } from '../support/server.mjs';

const kGrid = '320508019044001';
const kCommunity = kGrid.slice(0, 12);
const kTexts = [
  "'",
  "' OR '1'='1",
  "'); DROP TABLE person; --",
  '" OR ""="',
  "1; DELETE FROM visit WHERE '1'='1",
  "\\'; SELECT pg_sleep(9); --",
  '%',
  '_',
  '$1',
  '?1 :a @b',
  "/* */ UNION SELECT hash FROM credential --",
];

let installation, server, officer;
before(async () => {
  installation = new Installation();
  server = await installation.serve();
  officer = await logged_in(server, 'officer');
});
after(async () => {
  await server.stop();
  installation.remove();
});

const answered = ({ status, text }) => assert.ok(status === 200 || (status >= 400 && status < 500), `${status} ${text}`);
const found = async (text) => (await officer.post('/api/v1/residents/search', { community: kCommunity, text })).json?.rows ?? [];
const households = async () => (await officer.get(`/api/v1/screening/doors?grid=${kGrid}`)).json.doors;

// security: IO1
test('what is asked is compared, never run', async () => {
  const before_all = (await households()).length;
  for (const text of kTexts) {
    answered(await officer.post('/api/v1/residents/search', { community: kCommunity, text }));
    answered(await officer.post('/api/v1/residents/find', { phone: text, purpose: 'home_visit' }));
    answered(await officer.get(`/api/v1/regions/search?q=${encodeURIComponent(text)}`));
    const places = (await officer.get(`/api/v1/regions/search?q=${encodeURIComponent(text)}`)).json.regions ?? [];
    for (const place of places) assert.ok(place.name.includes(text), `${text} found ${place.name}`);
    for (const path of ['screening/doors?grid=', 'reporting/board?region=', 'accounts?region=', 'residents/household?household=', 'regions/children?region=']) {
      const { status, text: said } = await officer.get(`/api/v1/${path}${encodeURIComponent(text)}`);
      assert.ok(status >= 400 && status < 500, `${path}${text}: ${status} ${said}`);
    }
  }
  assert.equal((await households()).length, before_all);
});

// security: IO1
test('what is named so is kept and found as it was written', async () => {
  const [{ household }] = await households();
  const named = kTexts.map((text) => [`样例${text}`.slice(0, 30), uuid()]);
  const people = named.map(([name, id]) =>
    officer.command('residents.add_person', kGrid, { id, household, name, document_kind: 'none', relation: 'other' }),
  );
  const { json } = await officer.send(people);
  const kept = named.filter((_, i) => json.results[i].status === 'applied');
  for (const { status, error } of json.results) assert.ok(status === 'applied' || error, status);
  assert.ok(kept.length > 3, JSON.stringify(json.results));
  for (const [name, id] of kept) {
    const seen = await officer.post('/api/v1/residents/unmask', { subject: id, fields: ['name'], purpose: 'home_visit' });
    assert.equal(seen.status, 200, seen.text);
    assert.ok(seen.text.includes(JSON.stringify(name).slice(1, -1)), `${name}: ${seen.text}`);
    assert.ok((await found(name)).length > 0, name); // signs do not count in a search
  }
});
