// SPDX-License-Identifier: Apache-2.0
// How long the pages of each role take on a large folder: one request after the other on one
// connection, at random places, measured by the client.
import { logged_in } from '../tests/support/client.mjs';
import { median, percentile, thread_cpu_us } from './processes.mjs';
import { Service } from './service.mjs';

const kDayMs = 86_400_000;
const kExactSearchesMost = 60; // an account's quota is 100 an hour

const pick = (list) => list[Math.floor(Math.random() * list.length)];
const beijing_day = (days_ago) => new Date(Date.now() - days_ago * kDayMs + 8 * 3_600_000).toISOString().slice(0, 10);

// [name, role, account, request]. A request gives [method, path, body].
function pages_of(told) {
  const { county } = told;
  const grid = () => pick(told.grids);
  const community = () => grid().grid.slice(0, 12);
  const get = (path) => ['GET', '/api/v1/' + path];
  const post = (path, body) => ['POST', '/api/v1/' + path, body];
  const mine = told.grids[0];
  const search = (text) => () => post('residents/search', { community: community(), text });
  return [
    ['doors of a grid', 'grid worker', mine.worker, () => get(`screening/doors?grid=${mine.grid}`)],
    ['doors of a grid', 'county', 'county', () => get(`screening/doors?grid=${grid().grid}`)],
    [
      'drawing of a building',
      'county',
      'county',
      () => {
        const place = grid();
        return get(`screening/building?community=${place.grid.slice(0, 12)}&building=${pick(place.buildings)}`);
      },
    ],
    ['one household', 'county', 'county', () => get(`residents/household?household=${pick(grid().households)}`)],
    ['search: a surname', 'county', 'county', search('李')],
    ['search: pinyin', 'county', 'county', search('lx')],
    ['search: a room', 'county', 'county', search('1-301')],
    ['search: last four digits', 'county', 'county', search('4321')],
    [
      'find by phone',
      'community',
      told.officer,
      () =>
        post('residents/find', { phone: `199${String(100_000 + Math.floor(Math.random() * 9e5)).padStart(8, '0')}`, purpose: 'home_visit' }),
    ],
    [
      'visits of a community and day',
      'county',
      'county',
      () => get(`screening/visits?community=${community()}&day=${beijing_day(Math.floor(Math.random() * 7))}`),
    ],
    ['visits of a household', 'county', 'county', () => get(`screening/visits?household=${pick(grid().households)}`)],
    ['buildings of a community', 'county', 'county', () => get(`regions/buildings?community=${community()}`)],
    ['board of a community', 'community', told.officer, () => get(`reporting/board?region=${mine.grid.slice(0, 12)}`)],
    ['board of a township', 'county', 'county', () => get(`reporting/board?region=${community().slice(0, 9)}`)],
    ['board of the county', 'county', 'county', () => get(`reporting/board?region=${county}`)],
    ['board of the city', 'city', 'city', () => get(`reporting/board?region=${county.slice(0, 4)}`)],
    ['board of the province', 'province', 'province', () => get(`reporting/board?region=${county.slice(0, 2)}`)],
    ['board of the nation', 'nation', 'nation', () => get('reporting/board?region=')],
    ['board of the nation, a past day', 'nation', 'nation', () => get(`reporting/board?region=&day=${beijing_day(3)}`)],
    ['cut-offs of the county', 'county', 'county', () => get(`reporting/cut_offs?region=${county}`)],
    ['accounts of the county', 'county', 'county', () => get(`accounts?region=${county}`)],
    ['accounts of the nation', 'administrator', 'admin', () => get('accounts?region=')],
    ['regions below the county', 'county', 'county', () => get(`regions/children?region=${county}`)],
    ['region search by name', 'nation', 'nation', () => get(`regions/search?q=${encodeURIComponent(pick(['和平', '新华', '城关', '中山']))}`)],
    ['region search by pinyin', 'nation', 'nation', () => get(`regions/search?q=${pick(['hp', 'xh', 'cg', 'yyx'])}`)],
  ];
}

const cpu_ms = (server) => [...thread_cpu_us(server.process.pid).values()].reduce((sum, us) => sum + us, 0) / 1e3;

async function time_page(server, client, request, wanted) {
  const [, path_of_one] = request();
  const count = path_of_one.endsWith('/find') ? Math.min(wanted, kExactSearchesMost) : wanted;
  const times = [];
  let bytes = 0;
  let cpu_before = 0;
  for (let i = -2; i < count; i += 1) {
    if (i === 0) cpu_before = cpu_ms(server);
    const [method, path, body] = request();
    const before = performance.now();
    const answer = await client.request(method, path, body === undefined ? {} : { body });
    const took = performance.now() - before;
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    if (i < 0) continue; // the first two open the connection and prepare statements
    times.push(took);
    bytes = Math.max(bytes, answer.text.length);
  }
  const cpu = (cpu_ms(server) - cpu_before) / count;
  return { cpu_ms: cpu, p50_ms: median(times), p95_ms: percentile(times, 0.95), most_ms: Math.max(...times), bytes };
}

// `told` is what bench_make_roster printed of the folder; `store` names its database, if not SQLite.
export async function measure_pages({ folder, told, count, say, store = '' }) {
  const server = await Service.start(folder, told, store);
  const clients = new Map();
  const measured = [];
  try {
    for (const [name, role, account, request] of pages_of(told)) {
      if (!clients.has(account)) clients.set(account, await logged_in(server, account));
      const times = await time_page(server, clients.get(account), request, count);
      measured.push({ name, role, ...times });
      say(`${name} (${role}): p50 ${times.p50_ms.toFixed(1)}, p95 ${times.p95_ms.toFixed(1)}, CPU ${times.cpu_ms.toFixed(1)} ms, ${times.bytes} bytes`);
    }
  } finally {
    await server.stop();
  }
  return measured;
}
