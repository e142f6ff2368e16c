// SPDX-License-Identifier: Apache-2.0
// docs/adr/0041: no faces, no tracks, no scores. Every message and field that goes in or out is held
// to it, by its name and its titles in both languages.
import { describe, expect, test } from 'vitest';
import text from '../openapi.json?raw';

const kNever =
  /face|facial|biometr|fingerprint|iris|voiceprint|gait|latitude|longitude|geoloc|coordinate|trajector|track(?!ing\b)|\bgps\b|whereabouts|score|rating\b|risk_?level|credit|colou?r_code|health_?code|人脸|面部|生物特征|指纹|虹膜|声纹|步态|经度|纬度|坐标|定位|轨迹|行踪|评分|得分|打分|积分|信用|风险等级|赋码|红码|黄码|绿码|健康码/i;

interface Described {
  title?: string;
  'x-title-en'?: string;
  properties?: Record<string, Described>;
}
function findings(schemas: Record<string, Described>): string[] {
  const found: string[] = [];
  const look = (where: string, words: (string | undefined)[]) => {
    if (words.some((word) => word !== undefined && kNever.test(word))) found.push(where);
  };
  for (const [name, schema] of Object.entries(schemas)) {
    look(name, [name]);
    for (const [field, rule] of Object.entries(schema.properties ?? {}))
      look(`${name}.${field}`, [field, rule.title, rule['x-title-en']]);
  }
  return found;
}

describe('what is never built', () => {
  const description = JSON.parse(text) as {
    components: { schemas: Record<string, Described> };
  };
  // security: PR5
  test('no field or message is about a face, a track or a score', () => {
    expect(Object.keys(description.components.schemas).length).toBeGreaterThan(80);
    expect(findings(description.components.schemas)).toEqual([]);
  });
  test.each([
    ['FacePhoto', 'id', '照片'],
    ['Person', 'risk_level', '等级'],
    ['Person', 'points', '健康评分'],
    ['Passage', 'longitude', '位置'],
    ['Pass', 'state', '健康码颜色'],
    ['Journey', 'points', '行动轨迹'],
  ])('%s.%s (%s) would be found', (name, field, title) => {
    expect(findings({ [name]: { properties: { [field]: { title } } } })).not.toEqual([]);
  });
});
