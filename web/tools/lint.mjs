// SPDX-License-Identifier: Apache-2.0
// What the content security policy and the house style forbid, found before the browser finds it:
// raw HTML, inline style attributes, foreign addresses, texts outside the text files.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const rules = [
  [
    /\bv-html\b|\binnerHTML\b|\bouterHTML\b|insertAdjacentHTML|document\.write/,
    'raw HTML',
    /\.(vue|ts)$/,
  ],
  [/\sstyle="/, 'an inline style attribute', /\.vue$|\.html$/],
  [/\beval\(|new Function\(/, 'code from text', /\.(vue|ts|js)$/],
  [/https?:\/\/(?!www\.w3\.org\/)/, 'a foreign address', /\.(vue|ts|css|html|js|svg)$/],
  [/[\u4e00-\u9fff]/, 'a text outside the text files', /\.(vue|ts)$/],
];
// Files whose business are Chinese texts or forms of place names.
const texts = /(^src\/i18n\/zh\.ts|texts\.ts|^src\/gen\/|^src\/format\/|^src\/worker\/doors\.ts)/;
const kLines = 600;

function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else yield path;
  }
}

let found = 0;
const report = (text) => {
  console.error(text);
  found += 1;
};
const all = [join(root, 'index.html'), ...files(join(root, 'src')), ...files(join(root, 'public'))];
for (const path of all) {
  const name = relative(root, path);
  if (!/\.(vue|ts|css|html|js|svg)$/.test(name)) continue;
  const lines = readFileSync(path, 'utf8').split('\n');
  if (!name.startsWith('src/gen/') && lines.length > kLines)
    report(`${name}: ${lines.length} lines, at most ${kLines}`);
  lines.forEach((line, index) => {
    const code = line.replace(/^\s*(\/\/|\*|<!--).*$/, '').replace(/\s\/\/ .*$/, '');
    for (const [pattern, what, where] of rules) {
      if (!where.test(name) || !pattern.test(code)) continue;
      if (
        what.startsWith('a text') &&
        (texts.test(name) ||
          name.endsWith('.d.ts') ||
          inComment(lines, index) ||
          /'中文'/.test(code))
      )
        continue;
      if (what.startsWith('a foreign') && name === 'public/icon.svg') continue;
      report(`${name}:${index + 1}: ${what}`);
    }
  });
}

// Inside a block comment that began on an earlier line.
function inComment(lines, index) {
  for (let i = index; i >= 0 && i > index - 12; i -= 1) {
    if (i < index && /-->|\*\//.test(lines[i])) return false;
    if (/<!--|\/\*/.test(lines[i])) return true;
  }
  return false;
}

process.exit(found ? 1 : 0);
