// SPDX-License-Identifier: Apache-2.0
// Just enough of XLSX for tests: writes one sheet of texts, reads the cells of a sheet back.
import { crc32 as zlib_crc32, inflateRawSync } from 'node:zlib';

const table = Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});
function crc32(bytes) {
  if (zlib_crc32) return zlib_crc32(bytes);
  let crc = 0xffffffff;
  for (const byte of bytes) crc = table[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

// A ZIP file whose entries are stored as they are.
export function zip(files) {
  const parts = [];
  const central = [];
  let at = 0;
  for (const [name, text] of Object.entries(files)) {
    const path = Buffer.from(name);
    const body = Buffer.from(text);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0); // version
    common.writeUInt16LE(0x0800, 2); // names are UTF-8
    common.writeUInt16LE(0x21, 8); // a valid day
    common.writeUInt32LE(crc32(body), 10);
    common.writeUInt32LE(body.length, 14);
    common.writeUInt32LE(body.length, 18);
    common.writeUInt16LE(path.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    central.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, place, path);
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), common, path, body);
    at += 30 + path.length + body.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(Object.keys(files).length, 8);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, directory, end]);
}

const escaped = (text) =>
  String(text).replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);
const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const kMain = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const kOffice = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const kPackage = 'http://schemas.openxmlformats.org/package/2006';

export function make_xlsx(rows) {
  const sheet = rows
    .map((cells, r) => {
      const inside = cells.map((text, c) => {
        const place = `${String.fromCharCode(65 + c)}${r + 1}`;
        return `<c r="${place}" t="inlineStr"><is><t>${escaped(text)}</t></is></c>`;
      });
      return `<row r="${r + 1}">${inside.join('')}</row>`;
    })
    .join('');
  const kType = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
  return zip({
    '[Content_Types].xml':
      `${head}<Types xmlns="${kPackage}/content-types">` +
      '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
      `<Override PartName="/xl/workbook.xml" ContentType="${kType}.sheet.main+xml"/>` +
      `<Override PartName="/xl/worksheets/sheet1.xml" ContentType="${kType}.worksheet+xml"/></Types>`,
    '_rels/.rels':
      `${head}<Relationships xmlns="${kPackage}/relationships">` +
      `<Relationship Id="rId1" Type="${kOffice}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml':
      `${head}<workbook xmlns="${kMain}" xmlns:r="${kOffice}"><sheets>` +
      '<sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels':
      `${head}<Relationships xmlns="${kPackage}/relationships">` +
      `<Relationship Id="rId1" Type="${kOffice}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    'xl/worksheets/sheet1.xml': `${head}<worksheet xmlns="${kMain}"><sheetData>${sheet}</sheetData></worksheet>`,
  });
}

// name -> text of every entry.
export function unzip(bytes) {
  const files = {};
  let end = bytes.length - 22;
  while (bytes.readUInt32LE(end) !== 0x06054b50) end -= 1;
  let at = bytes.readUInt32LE(end + 16);
  for (let n = bytes.readUInt16LE(end + 10); n > 0; n -= 1) {
    const packed = bytes.readUInt16LE(at + 10) === 8;
    const size = bytes.readUInt32LE(at + 20);
    const [name, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
    const local = bytes.readUInt32LE(at + 42);
    const body = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const data = bytes.subarray(body, body + size);
    const path = bytes.toString('utf8', at + 46, at + 46 + name);
    files[path] = (packed ? inflateRawSync(data) : data).toString('utf8');
    at += 46 + name + extra + comment;
  }
  return files;
}

const plain = (text) =>
  text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name) => ({ lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' })[name]);
// The first sheet as rows of texts; formulas would stand under `formulas`.
export function read_xlsx(bytes) {
  const files = unzip(bytes);
  const texts_of = (xml) => [...xml.matchAll(/<t(?: [^>]*)?>([^<]*)<\/t>/g)].map(([, text]) => plain(text)).join('');
  const shared = [...(files['xl/sharedStrings.xml'] ?? '').matchAll(/<si>(.*?)<\/si>/gs)].map(([, one]) => texts_of(one));
  const sheet = files['xl/worksheets/sheet1.xml'];
  const rows = [...sheet.matchAll(/<row [^>]*>(.*?)<\/row>/gs)].map(([, row]) =>
    [...row.matchAll(/<c ([^>]*?)(?:\/>|>(.*?)<\/c>)/gs)].map(([, attributes, inside = '']) => {
      const value = /<v>([^<]*)<\/v>/.exec(inside)?.[1] ?? '';
      return /t="s"/.test(attributes) ? shared[Number(value)] : texts_of(inside) || plain(value);
    }),
  );
  return { rows, formulas: [...sheet.matchAll(/<f[ >]/g)].length, files };
}
