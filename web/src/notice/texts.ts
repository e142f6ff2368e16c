// SPDX-License-Identifier: Apache-2.0
// Texts around the notice; its own wording is data (1.json).
import { make_t } from '@/i18n/make';

export const tn = make_t(
  {
    title: '先告知，再登记',
    first: '登记以前，请把下面的话读给对方听，或给对方看。',
    late_title: '补上告知',
    late: '名册导入时没有当面告知。请把下面的话读给对方听，或给对方看。',
    way: '怎么告知的',
    holder: '告知了谁',
    child: '未满 14 岁的，告知监护人。',
    pick_way: '请先选怎么告知的',
    pick_holder: '请先选告知了谁',
    go_on: '已告知，开始登记',
    record: '记下已告知',
    recorded: '已记下',
    version: '个人信息告知书 第 {version} 版',
    open: '看告知书',
    given: '{time}，{how}：第 {version} 版',
    never: '还没有记下告知过您。上面就是现行的告知书，有不明白的，请问社区。',
  },
  {
    title: 'Tell first, record then',
    first: 'Before recording, read this to them or let them read it.',
    late_title: 'Tell them now',
    late: 'Whoever came with an imported roster was not told in person. Read this to them or let them read it.',
    way: 'How they were told',
    holder: 'Who was told',
    child: 'For somebody under 14 tell the guardian.',
    pick_way: 'Choose how they were told first',
    pick_holder: 'Choose who was told first',
    go_on: 'Told, go on',
    record: 'Record that they were told',
    recorded: 'Recorded',
    version: 'Notice on personal data, version {version}',
    open: 'Read the notice',
    given: '{time}, {how}: version {version}',
    never:
      'No record yet that you were told. The notice in force stands above; ask the community if anything is not clear.',
  },
);
