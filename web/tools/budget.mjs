// SPDX-License-Identifier: Apache-2.0
// The size budgets, in gzip bytes, checked on every build. First load of a phone: the page, every chunk
// that today's doors need, and the engine (outbox and database) that is fetched right after them. The
// JavaScript budget is for what must run before the first task is on the screen.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const dist = join(dirname(fileURLToPath(import.meta.url)), '../dist');
const kKb = 1000;
const budget = {
  first_load: 100 * kKb,
  first_js: 80 * kKb,
  first_css: 12 * kKb,
  lock: 6 * kKb,
  desktop: 210 * kKb,
  charts: 220 * kKb,
};

const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'));
const size = (name) => gzipSync(readFileSync(join(dist, name)), { level: 9 }).length;

function closure(keys, into = new Set()) {
  for (const key of keys) {
    const chunk = manifest[key];
    if (!chunk || into.has(key)) continue;
    into.add(key);
    closure(chunk.imports ?? [], into);
  }
  return into;
}

const files_of = (keys) => {
  const names = new Set();
  for (const key of keys) {
    const chunk = manifest[key];
    names.add(chunk.file);
    for (const css of chunk.css ?? []) names.add(css);
  }
  return [...names];
};

const first_keys = closure(['index.html']);
const before = ['index.html', 'boot.js', ...files_of(first_keys)];
const first = [...new Set([...before, ...files_of(closure(['src/outbox/engine.ts']))])];
const first_set = new Set(first);
const sum = (names) => names.reduce((total, name) => total + size(name), 0);
const js = before.filter((name) => name.endsWith('.js'));
const css = first.filter((name) => name.endsWith('.css'));

// What a grid worker loads on top, after the log-in: the PIN and its screens.
const lock = files_of(closure(['src/lock/lock.ts', 'src/lock/PinGate.vue'])).filter(
  (name) => !first_set.has(name),
);

// Officers: everything that any of their pages loads beyond the first load, apart from charts.
const desktop_pages = Object.keys(manifest).filter((key) =>
  /^src\/desktop\/[^/]+\.(vue|ts)$/.test(key),
);
const chart_keys = Object.keys(manifest).filter((key) => /charts|echarts/.test(key));
const charts = files_of(closure(chart_keys)).filter((name) => !first_set.has(name));
const desktop = files_of(closure(desktop_pages)).filter(
  (name) => !first_set.has(name) && !charts.includes(name),
);

const rows = [
  ['phone first load, all', sum(first), budget.first_load],
  ['  JS before first task', sum(js), budget.first_js],
  ['  CSS', sum(css), budget.first_css],
  ['phone lock, lazy', sum(lock), budget.lock],
  ['officers, lazy', sum(desktop), budget.desktop],
  ['charts, lazy', sum(charts), budget.charts],
];
let over = 0;
for (const [name, bytes, most] of rows) {
  const bad = bytes > most;
  if (bad) over += 1;
  console.log(
    `${name.padEnd(24)} ${(bytes / kKb).toFixed(1).padStart(7)} kB gzip of ${most / kKb}${bad ? '   OVER' : ''}`,
  );
}
const total = readdirSync(join(dist, 'assets')).reduce(
  (sum_all, name) => sum_all + size(join('assets', name)),
  0,
);
console.log(`${'all assets'.padEnd(24)} ${(total / kKb).toFixed(1).padStart(7)} kB gzip`);
writeFileSync(
  join(dist, 'sizes.json'),
  JSON.stringify(Object.fromEntries(rows.map(([name, bytes]) => [name.trim(), bytes]))),
);
process.exit(over ? 1 : 0);
