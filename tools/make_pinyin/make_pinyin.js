// SPDX-License-Identifier: Apache-2.0
// Writes data/pinyin/initials.csv: for each set of first letters, the characters whose readings
// begin with exactly those letters. Run by hand when pinyin-pro is renewed, never by the build:
//   cd tools/make_pinyin && npm ci && node make_pinyin.js > ../../data/pinyin/initials.csv
import { pinyin } from "pinyin-pro";

// Unified ideographs of the basic plane, its extension A, compatibility ideographs and the zero of
// dates; then what lies beyond the basic plane: names of the division tree use three of them.
const RANGES = [
  [0x3007, 0x3007],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xf900, 0xfaff],
  [0x20000, 0x323af],
];

function lettersOf(character) {
  const readings = pinyin(character, { multiple: true, toneType: "none", type: "array" });
  const letters = new Set();
  for (const reading of readings) {
    if (reading === character || reading === "") continue;
    const plain = reading.normalize("NFD").replace(/[^a-z]/g, "");
    if (plain !== "") letters.add(plain[0]);
  }
  return [...letters].sort().join("");
}

const characters = new Map();
for (const [first, last] of RANGES) {
  for (let code = first; code <= last; ++code) {
    const character = String.fromCodePoint(code);
    const letters = lettersOf(character);
    if (letters === "") continue;
    characters.set(letters, (characters.get(letters) ?? "") + character);
  }
}
const lines = [...characters].sort(([a], [b]) => (a < b ? -1 : 1));
process.stdout.write("letters,characters\n");
for (const [letters, text] of lines) process.stdout.write(`${letters},${text}\n`);
