// SPDX-License-Identifier: Apache-2.0
// Texts of a phone as second factor: the PIN at the log-in, the code of another phone, a forgotten PIN.
import { make_t } from '@/i18n/make';

export const td = make_t(
  {
    'login.pin': '输入手机密码',
    'login.pin_text': '这台手机是 {name} 登记过的，输对手机密码就登录。',
    'login.pin_last': '错满 {n} 次，这台手机要重新登记',
    'login.pin_forgotten': '忘了手机密码',
    'login.pin_gone': '手机密码错的次数太多，这台手机要重新登记',
    'login.removed': '这台手机的登记已被移除，要重新登记',
    'login.code': '再输登记码',
    'login.code_field': '登记码',
    'login.code_help':
      '在您登记过的手机上打开“我的”“我的手机”，点“添加手机”，把那 8 位码填在这里；有动态口令或备用码的，也填在这里',
    'login.code_wrong': '登记码不对，或已经用过、过时',
    'login.code_wrong_do': '请逐个核对，或在登记过的手机上再取一个',
    'login.code_none': '手边没有登记过的手机，也没有备用码？请找社区管理员重设账号。',
    'login.code_replaces': '登录后重新设手机密码，这台手机重新登记。手机上存的居民信息会清除，没上传的记录不会丢。',

    'refused.title': '这台手机还没登记上',
    'forgotten.renew_text':
      '输入登录密码，就能重设手机密码。手机上存的居民信息会先清除，再重新取；没上传的记录不会丢。',
    'forgotten.password': '登录密码',
    'forgotten.renew': '清除并重设手机密码',
    'forgotten.offline': '重设手机密码要有网络',
    'forgotten.else':
      '登录密码也忘了，或者这里办不成：清除后要用您另一台登记过的手机上取的登记码登录；没有的，请找社区管理员重设账号。',
    'forgotten.key_text':
      '手机上存的居民信息会清除，没上传的记录不会丢。重新登录要用您另一台登记过的手机上取的登记码，或备用码；都没有的，请找社区管理员重设账号。',
  },
  {
    'login.pin': 'Enter your PIN',
    'login.pin_text': 'This phone is enrolled for {name}; the PIN logs you in.',
    'login.pin_last': 'After {n} wrong PINs this phone has to be enrolled again',
    'login.pin_forgotten': 'Forgot PIN',
    'login.pin_gone': 'Too many wrong PINs: this phone has to be enrolled again',
    'login.removed': 'This phone is no longer enrolled; it has to be enrolled again',
    'login.code': 'One more code',
    'login.code_field': 'Code of another phone',
    'login.code_help':
      'On an enrolled phone of yours open Me, My phones and press Add a phone; enter its 8 characters here. A one-time code or a recovery code does as well',
    'login.code_wrong': 'The code is wrong, was used before or is out of date',
    'login.code_wrong_do': 'Compare it, or get another on the enrolled phone',
    'login.code_none':
      'No enrolled phone at hand and no recovery code? The administrator can reset the account.',
    'login.code_replaces':
      "After the log-in you set a new PIN and this phone is enrolled again. Residents' records on it are removed; what is not uploaded stays.",

    'refused.title': 'This phone is not enrolled yet',
    'forgotten.renew_text':
      "With your password you can set a new PIN. Residents' records are removed from this phone first and fetched again; what is not uploaded stays.",
    'forgotten.password': 'Password of your account',
    'forgotten.renew': 'Remove and set a new PIN',
    'forgotten.offline': 'Setting a new PIN needs a network',
    'forgotten.else':
      'Forgot the password too, or it does not work? After the removal logging in takes a code of another enrolled phone of yours; without one the administrator can reset the account.',
    'forgotten.key_text':
      "Residents' records are removed from this phone; what is not uploaded stays. Logging in then takes a code of another enrolled phone of yours or a recovery code; without one the administrator can reset the account.",
  },
);
