// SPDX-License-Identifier: Apache-2.0
import { make_t } from '@/i18n/make';

export const tl = make_t(
  {
    'pin.set': '给这台手机设一个密码',
    'pin.set_text':
      '居民信息加了密存在这台手机上，没有网络也能用。打开应用要输这个密码，手机丢了，别人也看不到。',
    'pin.new': '{n} 位数字',
    'pin.again': '再输一遍',
    'pin.set_do': '设好了',
    'pin.short': '要 {n} 位数字',
    'pin.simple': '太容易猜到，请换一个',
    'pin.differ': '两次输的不一样',
    'pin.not_kept': '没有存上。这台手机的存储满了或被关了，请先腾出空间',
    'pin.ask': '输入手机密码',
    'pin.field': '手机密码，{n} 位数字',
    'pin.open': '打开',
    'pin.checking': '正在核对',
    'pin.wrong': '密码不对，还能试 {n} 次',
    'pin.wrong_text': '错满 {n} 次，这台手机上的居民信息会清除；没上传的记录不会丢。',
    'pin.forgotten': '忘了密码',
    'pin.forgotten_text':
      '用账号和登录密码重新登录，再设一个新的。手机上存的居民信息会先清除，登录后重新取；没上传的记录不会丢，登录后照常上传。',
    'pin.waiting': '还有 {n} 条没上传',
    'pin.log_in': '清除并重新登录',
    'pin.back': '再想想',
    'pin.enrols': '这台手机会登记在您名下；以后登录要用这台手机和这个密码。',
  },
  {
    'pin.set': 'Set a PIN for this phone',
    'pin.set_text':
      "Residents' records are kept encrypted on this phone and work without network. The PIN opens them; whoever finds the phone sees nothing.",
    'pin.new': '{n} digits',
    'pin.again': 'Once more',
    'pin.set_do': 'Set PIN',
    'pin.short': 'It needs {n} digits',
    'pin.simple': 'Too easy to guess; choose another',
    'pin.differ': 'The two are not the same',
    'pin.not_kept': 'Not kept. The storage of this phone is full or blocked; make room first',
    'pin.ask': 'Enter your PIN',
    'pin.field': 'PIN of this phone, {n} digits',
    'pin.open': 'Open',
    'pin.checking': 'Checking',
    'pin.wrong': 'Wrong PIN, {n} {n:try|tries} left',
    'pin.wrong_text':
      "After {n} wrong PINs residents' records are removed from this phone; what is not uploaded stays.",
    'pin.forgotten': 'Forgot PIN',
    'pin.forgotten_text':
      "Log in with account and password and set a new one. Residents' records are removed from this phone first and fetched again; what is not uploaded stays and goes out after the log-in.",
    'pin.waiting': '{n} {n:record|records} not uploaded yet',
    'pin.log_in': 'Remove and log in',
    'pin.back': 'Not yet',
    'pin.enrols': 'This enrols the phone as yours; from then on logging in takes the phone and this PIN.',
  },
);
