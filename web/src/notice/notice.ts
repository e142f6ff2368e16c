// SPDX-License-Identifier: Apache-2.0
// The notice of how personal data are used, by version. The texts are data: a new wording is a new file
// beside the old ones, which stay, and a row of parameters/ledger.csv from when it holds.
import first from './1.json';
import { fill, is_en } from '@/i18n/make';
import { prefs } from '@/shell/prefs';

export const notice = first;

export interface NoticeWords {
  id: string;
  title: string;
  text: string;
}
export function notice_words(community: string): NoticeWords[] {
  return notice.sections.map((section) => {
    const [title, text] = is_en.value
      ? section[prefs.elder ? 'elder_en' : 'en']
      : section[prefs.elder ? 'elder' : 'zh'];
    return { id: section.id, title: title ?? '', text: fill(text ?? '', { community }) };
  });
}
