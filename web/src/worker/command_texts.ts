// SPDX-License-Identifier: Apache-2.0
// The commands in people's words; a command without one does not compile.
import type { CommandType } from '@/api/types';
import { make_t } from '@/i18n/make';

const zh = {
  'residents.add_household': '登记住户',
  'residents.correct_household': '更正住户',
  'residents.add_person': '登记人员',
  'residents.correct_person': '更正人员',
  'residents.add_key_group': '列入重点群体',
  'residents.end_key_group': '移出重点群体',
  'residents.erase_person': '删除人员信息',
  'regions.add_grid': '添加网格',
  'regions.add_compound': '添加小区',
  'regions.add_building': '添加楼幢',
  'screening.start_round': '开始一轮排查',
  'screening.end_round': '结束一轮排查',
  'screening.record_visit': '走访记录',
  'screening.correct_visit': '更正走访',
  'approvals.ask': '请另一人同意',
  'approvals.decide': '作为第二人答复',
  'status.set': '认定重点人员',
  'status.confirm': '第二人确认认定',
  'status.ask_review': '本人要求复核',
  'status.decide_review': '答复复核',
  'status.answer_alarm': '回应警报',
  'ledger.make_slip': '开查阅条',
  'ledger.ask': '居民的申请',
  'ledger.answer': '答复申请',
  'ledger.give_notice': '已告知',
  'matching.ask': '请人同意比对名单',
  'matching.run': '比对名单',
  'reporting.take_cut_off': '保存截止数',
  'accounts.open': '开通账号',
  'accounts.move': '调整账号',
  'accounts.close': '停用账号',
  'accounts.reset': '重设密码',
  'accounts.make_token': '做接口令牌',
  'accounts.revoke_token': '收回接口令牌',
} as const satisfies Partial<Record<CommandType, string>>;

const en: Record<keyof typeof zh, string> = {
  'residents.add_household': 'Household added',
  'residents.correct_household': 'Household corrected',
  'residents.add_person': 'Person added',
  'residents.correct_person': 'Person corrected',
  'residents.add_key_group': 'Added to a key group',
  'residents.end_key_group': 'Key group ended',
  'residents.erase_person': 'Person erased',
  'regions.add_grid': 'Grid added',
  'regions.add_compound': 'Compound added',
  'regions.add_building': 'Building added',
  'screening.start_round': 'Round started',
  'screening.end_round': 'Round ended',
  'screening.record_visit': 'Visit',
  'screening.correct_visit': 'Visit corrected',
  'approvals.ask': 'Second person asked',
  'approvals.decide': 'Answered as second person',
  'status.set': 'Status set',
  'status.confirm': 'Status confirmed',
  'status.ask_review': 'Review asked for',
  'status.decide_review': 'Review decided',
  'status.answer_alarm': 'Alarm answered',
  'ledger.make_slip': 'Slip made',
  'ledger.ask': "Resident's request",
  'ledger.answer': 'Request answered',
  'ledger.give_notice': 'Notice given',
  'matching.ask': 'List match asked for',
  'matching.run': 'List matched',
  'reporting.take_cut_off': 'Cut-off taken',
  'accounts.open': 'Account opened',
  'accounts.move': 'Account moved',
  'accounts.close': 'Account closed',
  'accounts.reset': 'Password reset',
  'accounts.make_token': 'API token made',
  'accounts.revoke_token': 'API token revoked',
};

const t = make_t(zh, en);

export function tc(type: string): string {
  return type in zh ? t(type as keyof typeof zh) : type;
}
