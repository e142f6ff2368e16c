// SPDX-License-Identifier: Apache-2.0
// Texts of the second person: asking, and answering a colleague.
import { make_t } from '@/i18n/make';

export const ta = make_t(
  {
    'ask.title': '这份名册大，要另一位同事先同意',
    'ask.text': '写明为什么需要。同意后 24 小时内可以导出一次；您的单位里和上级的工作人员都能同意。',
    'ask.do': '请另一人同意',
    'ask.busy': '正在请',
    'ask.done': '已请同事同意，同意后再导出',
    'list.title': '{name} 请您同意：{action} {place}',
    'list.text': '用途：{purpose}。{reason}',
    'list.own': '您请了同事同意：{action} {place}',
    'list.allow': '同意',
    'list.refuse': '不同意',
    'list.done': '已答复',
    'not_done': '没有办成',
  },
  {
    'ask.title': 'This roster is large: a colleague has to agree first',
    'ask.text':
      'Write why it is needed. Once somebody agrees it can be exported once within 24 hours; officers of your office and above can agree.',
    'ask.do': 'Ask a second person',
    'ask.busy': 'Asking',
    'ask.done': 'Asked; export again once somebody has agreed',
    'list.title': '{name} asks you to agree: {action} {place}',
    'list.text': 'Purpose: {purpose}. {reason}',
    'list.own': 'You asked for agreement: {action} {place}',
    'list.allow': 'Agree',
    'list.refuse': 'Do not agree',
    'list.done': 'Answered',
    'not_done': 'Not done',
  },
);
