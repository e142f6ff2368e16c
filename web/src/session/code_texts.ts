// SPDX-License-Identifier: Apache-2.0
// Texts of a field for one-time codes, wherever it stands: at the log-in and behind it.
import { make_t } from '@/i18n/make';

export const tc = make_t(
  {
    'code.help': '打开手机上的验证器，填“Wangdi”下面的数字',
    'code.recovery': '备用码',
    'code.recovery_help': '填一个没用过的备用码，每个只能用一次',
    'code.use_recovery': '手机不在身边，用备用码',
    'code.use_app': '用手机上的动态口令',
    'code.title': '再输动态口令',
    'code.account': '账号 {name}',
    'code.other_account': '换个账号',
    'code.lost': '手机和备用码都没有了，请找社区管理员重设账号。',
    'why.pins': '手机密码错的次数太多',
    'why.away': '太久没有联系服务器',
    'why.text': '这台手机上的居民信息已清除。没上传的记录还在，登录后照常上传。',
    'code.password_wrong': '密码不对',
    'code.password_wrong_do': '请核对大小写，再输一遍',
  },
  {
    'code.help': 'Open the authenticator on your phone and enter the digits under Wangdi',
    'code.recovery': 'Recovery code',
    'code.recovery_help': 'Enter one you have not used; each works once',
    'code.use_recovery': 'No phone at hand: use a recovery code',
    'code.use_app': 'Use the code on the phone',
    'code.title': 'Now the one-time code',
    'code.account': 'Account {name}',
    'code.other_account': 'Another account',
    'code.lost': 'Neither phone nor recovery codes? The administrator can reset the account.',
    'why.pins': 'Too many wrong PINs',
    'why.away': 'Too long without the server',
    'why.text': "Residents' records were removed from this phone. What is not uploaded is still here and goes out after the log-in.",
    'code.password_wrong': 'The password is wrong',
    'code.password_wrong_do': 'Check capitals and enter it again',
  },
);
