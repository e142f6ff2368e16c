// SPDX-License-Identifier: Apache-2.0
// Texts of one-time codes: setting them up, recovery codes, and showing again who is there.
import { make_t } from '@/i18n/make';

export const tf = make_t(
  {
    'factor.title': '动态口令',
    'factor.new_phone': '换一台手机',
    'factor.first': '先开通动态口令',
    'factor.first_why': '您看得到别人的资料，所以登录要两道锁',
    'factor.first_do': '开通一次，几分钟；以后登录时多输一串数字。',
    'factor.no_phone':
      '这里存不了东西，手机登记不了，所以用动态口令；开通一次，以后登录时多输一串数字。',
    'factor.on': '已经开通',
    'factor.on_do': '换手机，或备用码用完了，再开通一次：新手机和新备用码生效，旧的作废。',
    'factor.what': '是什么',
    'factor.what_text':
      '手机上的一串数字，过一会儿就换。别人知道了您的密码，没有您的手机，也登不进来。',
    'factor.app': '要准备什么',
    'factor.app_text':
      '手机上装一个验证器：在应用市场搜“身份验证器”，支持 TOTP 的都行；苹果手机自带的“密码”也可以。它不用上网，也不要手机号。',
    'factor.lost': '手机丢了怎么办',
    'factor.lost_text':
      '开通后给您一张备用码，写在纸上收好，登录时用它。备用码也没有了，找社区管理员重设账号。',
    'factor.password': '现在的密码',
    'factor.begin': '开始',
    'factor.begin_busy': '正在准备',
    'factor.offline': '开通动态口令要有网络',

    'factor.scan': '用验证器扫这个码',
    'factor.scan_text': '在手机上打开验证器，选“添加”或“扫码”，对准它。',
    'factor.picture': '给验证器扫的二维码；扫不了的，用下面的密钥',
    'factor.open_app': '就是这台手机，打开验证器',
    'factor.by_hand': '扫不了？在验证器里选“手动输入”，填这串密钥，类型选“基于时间”',
    'factor.secret': '密钥',
    'factor.copy_secret': '复制密钥',
    'factor.first_code': '扫好了，填它给的动态口令',
    'factor.confirm': '开通',
    'factor.confirm_busy': '正在核对',
    'factor.again': '从头再来',

    'factor.codes': '把备用码记下来',
    'factor.codes_once': '只在这里显示这一次',
    'factor.codes_once_do': '手机不在身边时用它登录，每个只能用一次。写在纸上，和手机分开放。',
    'factor.copy': '复制',
    'factor.print': '打印',
    'factor.copied': '已复制，粘贴到安全的地方',
    'factor.not_copied': '这里不能复制，请手抄',
    'factor.written': '我已经记下了',
    'factor.write_first': '请先记下备用码，离开后就看不到了',
    'factor.done': '动态口令开通了',

    'proof.title': '再核对一次是不是您本人',
    'proof.text': '这一步带走的资料多，所以再问一次。',
    'proof.do': '是我',
    'proof.busy': '正在核对',
  },
  {
    'factor.title': 'One-time codes',
    'factor.new_phone': 'Another phone',
    'factor.first': 'Set up one-time codes first',
    'factor.first_why': "You see other people's records, so logging in takes two locks",
    'factor.first_do': 'Set up once, in a few minutes; from then on you enter a few digits more.',
    'factor.no_phone':
      'Nothing can be stored here, so this phone cannot be enrolled and one-time codes take its place; set up once, then you enter a few digits more.',
    'factor.on': 'They are set up',
    'factor.on_do':
      'New phone, or no recovery codes left? Set up again: new phone and new codes count, the old ones end.',
    'factor.what': 'What they are',
    'factor.what_text':
      'A few digits on your phone that keep changing. Whoever learns your password cannot get in without your phone.',
    'factor.app': 'What you need',
    'factor.app_text':
      'An authenticator on your phone: any from the app store that supports TOTP, or the Passwords of an iPhone. It needs no network and no phone number.',
    'factor.lost': 'If the phone is lost',
    'factor.lost_text':
      'You get recovery codes afterwards: keep them on paper, they let you in. Without them the administrator can reset the account.',
    'factor.password': 'Current password',
    'factor.begin': 'Begin',
    'factor.begin_busy': 'Getting ready',
    'factor.offline': 'Setting up one-time codes needs a network',

    'factor.scan': 'Scan this with the authenticator',
    'factor.scan_text': 'Open the authenticator on your phone, choose to add or scan, and point it here.',
    'factor.picture': 'QR code for the authenticator; the secret below does the same',
    'factor.open_app': 'On this phone: open the authenticator',
    'factor.by_hand': 'Cannot scan? Choose to enter it by hand there and type this secret, time based',
    'factor.secret': 'Secret',
    'factor.copy_secret': 'Copy the secret',
    'factor.first_code': 'When it is there, enter the code it shows',
    'factor.confirm': 'Set up',
    'factor.confirm_busy': 'Checking',
    'factor.again': 'Begin again',

    'factor.codes': 'Write down the recovery codes',
    'factor.codes_once': 'They are shown here this once',
    'factor.codes_once_do':
      'They let you in when the phone is not at hand, each once. Keep them on paper, away from the phone.',
    'factor.copy': 'Copy',
    'factor.print': 'Print',
    'factor.copied': 'Copied, paste it in a safe place',
    'factor.not_copied': 'Copying does not work here, please write it down',
    'factor.written': 'I have written them down',
    'factor.write_first': 'Please write the recovery codes down, they are not shown again',
    'factor.done': 'One-time codes are set up',

    'proof.title': 'Once more: is it you?',
    'proof.text': 'This takes many records away at once, so you are asked again.',
    'proof.do': 'It is me',
    'proof.busy': 'Checking',
  },
);
