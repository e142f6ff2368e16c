// SPDX-License-Identifier: Apache-2.0
// For trying the screens without the server: a made-up API in memory with the content security policy
// of the real one. Never shipped, never used by a test of record.
//   npm run dev                vite with hot reload on :5173, this API behind it on :8090
//   npm run dev -- --built     serves dist/ and the API together on :8090
// Accounts: worker, officer, county, nation, admin, newcomer (has to set a password), codes (has
// to set up one-time codes); any password, any code but 000000. GET /dev/next?status=503&times=3 makes the
// next POSTs fail; ?get=503&times=3 the next GETs; ?result=conflict|refused|held answers the next command so; ?drop=1 takes it in and
// cuts the line.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import {
  accounts,
  apply,
  board,
  building_view,
  buildings,
  children_of,
  cut_offs,
  doors_view,
  find_person,
  find_regions,
  grid,
  household_view,
  indicators,
  people_of_grid,
  region_view,
  roles,
  trial,
  visits_of,
} from './dev-data.mjs';

const port = Number(process.env.PORT ?? 8090);
const built = process.argv.includes('--built');
const dist = join(dirname(fileURLToPath(import.meta.url)), '../dist');
export const csp = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types vue wangdi',
].join('; ');

const sessions = new Map();
const answered = new Map();
const streams = new Set();
const jobs = new Map();
const with_codes = new Set(); // names of accounts
const proved = new Set(); // sessions
const kRowMs = 2;
let next = {};
let commit = 0;

const problem = (status, name, title, detail, errors) => ({
  status,
  problem: {
    type: 'about:blank',
    title,
    status,
    detail,
    code: 0,
    name,
    ...(errors ? { errors } : {}),
  },
});
const login_failed = problem(
  401,
  'login_failed',
  '账号或密码不对',
  '请核对后再试；忘了密码，请找管理员重设',
);
const code_required = problem(401, 'code_required', '还要动态口令', '请打开手机上的验证器');
const code_wrong = problem(401, 'code_wrong', '动态口令不对，或已经用过', '请等验证器换出新的数字');
const cookie_of = (request) => /wangdi=(\w+)/.exec(request.headers.cookie ?? '')?.[1];

function session_view(key) {
  const who = sessions.get(key);
  return {
    account: {
      id: who.id,
      name: who.name,
      display_name: who.display_name,
      role: who.role,
      region: region_view(who.region),
    },
    csrf: `csrf-${key}`,
    expires_at: Date.now() + 12 * 3600e3,
    demo: true,
    ...(who.first ? { must_set_password: true } : {}),
    ...(who.enrol && !with_codes.has(who.name) ? { must_enrol_factor: true } : {}),
    ...(with_codes.has(who.name) ? { has_factor: true } : {}),
    server_time: Date.now(),
  };
}

async function body_of(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

function one_command(command, who) {
  const known = answered.get(command.id);
  if (known) return { ...known, status: known.status === 'applied' ? 'duplicate' : known.status };
  if (next.result) {
    const status = next.result;
    next = {};
    if (status === 'conflict') {
      return {
        id: command.id,
        status,
        conflict: [
          {
            field:
              Object.keys(command.body).find(
                (k) => !['household', 'person', 'reason', 'id'].includes(k),
              ) ?? 'state',
            base: 'occupied',
            theirs: 'vacant',
            who: '何晓琳',
            at: Date.now() - 600e3,
          },
        ],
      };
    }
    return {
      id: command.id,
      status,
      problem: problem(
        409,
        'round_not_running',
        '这一天没有正在进行的排查',
        '请让社区工作者先开始一轮排查',
      ).problem,
    };
  }
  commit += 1;
  const refused = apply(command, who, commit);
  if (refused)
    return {
      id: command.id,
      status: 'refused',
      problem: problem(422, refused.name, refused.title, refused.detail).problem,
    };
  const result = {
    id: command.id,
    status: 'applied',
    position: { district: 320508, sequence: commit },
    receipt: `receipt${commit}`,
    ...(['accounts.open', 'accounts.reset'].includes(command.type)
      ? {
          answer: {
            first_secret: `${Math.random().toString(36).slice(2, 7)}-${Math.random().toString(36).slice(2, 7)}`,
            expires_at: Date.now() + 24 * 3600e3,
          },
        }
      : {}),
  };
  answered.set(command.id, result);
  return result;
}

function tell() {
  for (const stream of streams)
    stream.write(
      `event: changed\nid: ${commit}\ndata: ${JSON.stringify({ districts: [320508], communities: ['320508002009'], at: Date.now() })}\n\n`,
    );
}

const routes = {
  'POST /api/v1/session': async (request, _q, response) => {
    const { account, password, code } = JSON.parse(await body_of(request));
    const who = roles[account];
    if (!who || password === 'wrong')
      return login_failed;
    if (with_codes.has(account) && !code) return code_required;
    if (code === '000000') return code_wrong;
    const key = Math.random().toString(36).slice(2);
    sessions.set(key, who);
    response.setHeader('set-cookie', `wangdi=${key}; HttpOnly; SameSite=Strict; Path=/`);
    return session_view(key);
  },
  'GET /api/v1/session': (request) => session_view(cookie_of(request)),
  'DELETE /api/v1/session': (request) => {
    sessions.delete(cookie_of(request));
    return null;
  },
  'POST /api/v1/session/password': async (request) => {
    const body = JSON.parse(await body_of(request));
    if (body.current === 'wrong')
      return problem(422, 'invalid_fields', '有 1 处要改', '请按提示改好再提交', [
        {
          pointer: '/current',
          code: 301,
          name: 'login_failed',
          title: '现在的密码不对',
          advice: '请核对后再试',
        },
      ]);
    const key = cookie_of(request);
    sessions.set(key, { ...sessions.get(key), first: false });
    return null;
  },
  'POST /api/v1/session/factor': async (request) => {
    const { password, code } = JSON.parse(await body_of(request));
    if (password === 'wrong') return login_failed;
    if (with_codes.has(sessions.get(cookie_of(request)).name) && !code) return code_required;
    if (code === '000000') return code_wrong;
    const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
    return { secret, uri: `otpauth://totp/Wangdi:codes?secret=${secret}&issuer=Wangdi` };
  },
  'POST /api/v1/session/factor/confirm': async (request) => {
    if (JSON.parse(await body_of(request)).code === '000000') return code_wrong;
    with_codes.add(sessions.get(cookie_of(request)).name);
    return { recovery_codes: Array.from({ length: 10 }, (_, i) => `ABCDE-FGHJ${i}`) };
  },
  'POST /api/v1/session/proof': async (request) => {
    const { password, code } = JSON.parse(await body_of(request));
    if (password === 'wrong') return login_failed;
    if (code === '000000') return code_wrong;
    proved.add(cookie_of(request));
    return null;
  },
  'POST /api/v1/commands': async (request, _q, response) => {
    const batch = JSON.parse(await body_of(request));
    const who = sessions.get(cookie_of(request));
    const results = batch.commands.map((command) => one_command(command, who));
    setTimeout(tell, 200);
    if (next.drop) {
      next = {};
      response.destroy();
      return undefined;
    }
    return { results, server_time: Date.now() };
  },
  'GET /api/v1/screening/doors': (_r, q) => doors_view(q.get('grid') ?? grid, commit),
  'GET /api/v1/screening/visits': (_r, q) => visits_of(q),
  'GET /api/v1/screening/building': (_r, q) => building_view(q.get('building')),
  'GET /api/v1/residents/household': (_r, q) =>
    household_view(q.get('household'), commit) ??
    problem(404, 'household_unknown', '没有这一户', '请刷新名单后再试'),
  'POST /api/v1/residents/search': async (request) =>
    find_person(JSON.parse(await body_of(request)).text),
  'POST /api/v1/residents/unmask': async (request) => {
    const { fields } = JSON.parse(await body_of(request));
    return {
      values: Object.fromEntries(
        fields.map((field) => [
          field,
          {
            name: '王建国',
            phone: '13900001234',
            document_number: '990101195803120018',
            birth_date: '1958-03-12',
          }[field] ?? field,
        ]),
      ),
    };
  },
  'GET /api/v1/regions/buildings': () => ({ rows: buildings }),
  'GET /api/v1/regions/path': (_r, q) => region_view(q.get('region')),
  'GET /api/v1/regions/search': (_r, q) => find_regions(q.get('q') ?? '', q.get('under') ?? ''),
  'GET /api/v1/regions/children': (_r, q) => children_of(q.get('region') ?? ''),
  'GET /api/v1/reporting/board': (_r, q) => board(q.get('region') ?? '', q),
  'GET /api/v1/reporting/cut_offs': (_r, q) => cut_offs(q.get('region') ?? ''),
  'GET /api/v1/reporting/indicators': () => indicators(),
  'GET /api/v1/accounts': (_r, q) => accounts(q.get('region') ?? ''),
  'POST /api/v1/residents/import': async (request, q) => {
    await body_of(request);
    if (q.get('mode') === 'try') return trial();
    jobs.set('job', Date.now());
    return { job: '01900009-0000-7000-8000-000000000001' };
  },
  'GET /api/v1/residents/import': () => {
    const total = 2104;
    const done = Math.min(total, Math.floor((Date.now() - (jobs.get('job') ?? 0)) / kRowMs));
    return {
      state: done < total ? 'running' : 'done',
      done,
      total,
      applied: done - Math.floor(done / 100),
      duplicates: Math.floor(done / 100) - Math.floor(done / 700),
      refused: Math.floor(done / 700),
    };
  },
  'POST /api/v1/residents/import/errors': () => ({ file: 'row,why\n27,check\n' }),
  'GET /api/v1/residents/template': () => ({ file: 'building,unit,room\n' }),
  'POST /api/v1/residents/export': (request) =>
    proved.has(cookie_of(request))
      ? { file: 'name,door\n' }
      : problem(403, 'fresh_proof_required', '这一步要再核对一次是不是您本人', '请输入动态口令'),
  'GET /api/v1/dev/people': () => people_of_grid(),
};

async function api(request, response, url) {
  const key = `${request.method} ${url.pathname}`;
  if (request.method !== 'GET' && next.status && key !== 'POST /api/v1/session') {
    const { status } = next;
    next = next.times > 1 ? { ...next, times: next.times - 1 } : {};
    response.writeHead(status, {
      'content-type': 'application/problem+json',
      ...(status === 429 || status === 503 ? { 'retry-after': '2' } : {}),
    });
    response.end(
      JSON.stringify(
        problem(status, 'queue_full', '服务器正忙', '内容已存在手机里，稍后自动再传').problem,
      ),
    );
    return;
  }
  if (key !== 'POST /api/v1/session' && !sessions.has(cookie_of(request))) {
    response.writeHead(401, { 'content-type': 'application/problem+json' });
    response.end(
      JSON.stringify(
        problem(401, 'login_required', '请先登录', '登录后会回到这里，没传的记录还在手机里')
          .problem,
      ),
    );
    return;
  }
  const first =
    sessions.get(cookie_of(request))?.first && !url.pathname.startsWith('/api/v1/session');
  if (first) {
    response.writeHead(403, { 'content-type': 'application/problem+json' });
    response.end(
      JSON.stringify(
        problem(
          403,
          'password_change_required',
          '请先设自己的密码',
          '首次密码只能用来设密码；设好后就能用了',
        ).problem,
      ),
    );
    return;
  }
  const who = sessions.get(cookie_of(request));
  if (who?.enrol && !with_codes.has(who.name) && !url.pathname.startsWith('/api/v1/session')) {
    response.writeHead(403, { 'content-type': 'application/problem+json' });
    response.end(
      JSON.stringify(problem(403, 'factor_required', '请先开通动态口令', '开通后就能用了').problem),
    );
    return;
  }
  if (request.method === 'GET' && next.get) {
    const status = next.get;
    next = next.times > 1 ? { ...next, times: next.times - 1 } : {};
    response.writeHead(status, { 'content-type': 'application/problem+json' });
    response.end(
      JSON.stringify(problem(status, 'unavailable', '服务器正忙', '请过一会儿再试').problem),
    );
    return;
  }
  if (url.pathname === '/api/v1/stream') {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(': hello\n\n');
    streams.add(response);
    request.on('close', () => streams.delete(response));
    return;
  }
  const handler = routes[key];
  const answer = handler
    ? await handler(request, url.searchParams, response)
    : problem(404, 'not_found', '没有找到', '可能已经不在，或不在您的辖区；请核对后再试');
  if (answer === undefined) return;
  if (typeof answer?.file === 'string') {
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    response.end(answer.file);
    return;
  }
  const status = answer === null ? 204 : answer.problem ? answer.status : 200;
  response.writeHead(status, {
    'content-type': answer?.problem ? 'application/problem+json' : 'application/json',
    'cache-control': 'no-store',
    ...(answer === null ? {} : { 'content-encoding': 'gzip' }),
  });
  response.end(answer === null ? undefined : gzipSync(JSON.stringify(answer.problem ?? answer)));
}

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
  '.json': 'application/json',
};

function file(response, url) {
  const asked = join(dist, url.pathname);
  const path = existsSync(asked) && statSync(asked).isFile() ? asked : join(dist, 'index.html');
  response.writeHead(200, {
    'content-type': types[extname(path)] ?? 'application/octet-stream',
    'content-security-policy': csp,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-cache',
    'content-encoding': 'gzip',
  });
  response.end(gzipSync(readFileSync(path)));
}

createServer((request, response) => {
  const url = new URL(request.url, `http://localhost:${port}`);
  if (url.pathname === '/dev/next') {
    next = Object.fromEntries(
      [...url.searchParams].map(([k, v]) => [k, /^\d+$/.test(v) ? Number(v) : v]),
    );
    response.end('ok');
  } else if (url.pathname.startsWith('/api/')) {
    api(request, response, url).catch((error) => {
      console.error(error);
      response.writeHead(500).end();
    });
  } else {
    file(response, url);
  }
}).listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}  grid ${grid}`));

if (!built) {
  const { createServer: create_vite } = await import('vite');
  const vite = await create_vite();
  await vite.listen();
  vite.printUrls();
}
