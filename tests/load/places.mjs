// SPDX-License-Identifier: Apache-2.0
// The doors of a load. The demo has 800, which is right for some thousand visits: a door that is visited dozens
// of times in one round keeps a list that no real one has. Longer loads add communities of the same township.
import assert from 'node:assert/strict';
import { Client, logged_in, open_accounts, uuid } from '../support/client.mjs';

const kCommunity = '320508019044';
const kDemoGrids = ['001', '002', '003'].map((end) => kCommunity + end);
const kTownship = '320508019';
const kGridsOfCommunity = 8;
const kDoorsOfGrid = 250;
const kPassword = 'barrel-meadow-lantern';
const kCommandsAtOnce = 200;

async function send_all(client, commands) {
  for (let first = 0; first < commands.length; first += kCommandsAtOnce) {
    const answer = await client.send(commands.slice(first, first + kCommandsAtOnce));
    assert.equal(answer.status, 200, answer.text);
    for (const result of answer.json.results) assert.equal(result.status, 'applied', JSON.stringify(result));
  }
}

// So many grids with one building each in a community without any, by an officer of its own; the households of
// each grid.
async function add_community(server, community) {
  const name = `officer-${community.slice(-3)}`;
  const account = { account: uuid(), name, display_name: '负荷', role: 'community_officer', region: community };
  const [secret] = await open_accounts(server, [account]);
  const officer = new Client(server.url);
  for (const answer of [await officer.log_in(name, secret), await officer.post('/api/v1/session/password', { current: secret, next: kPassword })]) {
    assert.equal(answer.status, 200, answer.text);
    officer.csrf = answer.json.csrf;
  }
  const grids = new Map();
  const commands = [];
  for (let i = 1; i <= kGridsOfCommunity; i += 1) {
    const suffix = String(i).padStart(3, '0');
    const grid = community + suffix;
    const building = uuid();
    const households = Array.from({ length: kDoorsOfGrid }, () => uuid());
    commands.push(officer.command('regions.add_grid', community, { community, suffix, name: `网格${suffix}` }));
    commands.push(officer.command('regions.add_building', grid, { id: building, grid, name: `${suffix}幢`, units: 1, floors: 1, rooms_per_floor: 1 }));
    households.forEach((id, n) => {
      const body = { id, grid, building, unit: '1', floor: 1, room: `${n + 1}号`, state: 'occupied' };
      commands.push(officer.command('residents.add_household', grid, body));
    });
    grids.set(grid, households);
  }
  await send_all(officer, commands);
  return grids;
}

// The households of each grid: those of the demo and of so many communities more.
export async function doors_of(server, more_communities = 0) {
  const county = await logged_in(server, 'county');
  const grids = new Map();
  for (const grid of kDemoGrids) {
    const { doors } = (await county.get(`/api/v1/screening/doors?grid=${grid}`)).json;
    grids.set(grid, doors.map(({ household }) => household));
  }
  if (more_communities === 0) return grids;
  const { children } = (await county.get(`/api/v1/regions/children?region=${kTownship}`)).json;
  const others = children.map(({ code }) => code).filter((code) => code.length === 12 && code !== kCommunity);
  assert.ok(others.length >= more_communities, `only ${others.length} other communities in ${kTownship}`);
  for (const community of others.slice(0, more_communities)) {
    for (const [grid, households] of await add_community(server, community)) grids.set(grid, households);
  }
  return grids;
}
