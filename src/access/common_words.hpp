// SPDX-License-Identifier: Apache-2.0
// Words that stand in very many passwords, written down for this repository: English, pinyin, names
// of places and of this work. A password made of them alone is refused; see passwords.cpp.
#pragma once

#include <string_view>

namespace wangdi::access {

// Separated by spaces, in the form text::fold gives.
inline constexpr std::string_view kCommonWords[] = {
    // the word itself, log-in, offices
    "password passwort passwd passw pass pwd login logon signin admin administrator root guest",
    "user",
    "username account test testing tester demo example sample default changeme letmein welcome",
    "hello",
    "secret private secure security master system manager office public server service temp staff",
    "super superuser superman operator support helpdesk oracle mysql postgres linux windows",
    "computer",
    "internet network website email gmail google baidu weixin wechat alipay taobao iphone android",
    "huawei xiaomi samsung apple microsoft tencent qq",
    // affection, animals, sports, films, first names that lead every list
    "iloveyou ilove loveyou love lovely lover forever baby babygirl honey sweet angel princess",
    "prince",
    "queen king sunshine sunny summer winter spring autumn flower rose cookie chocolate banana",
    "orange",
    "dragon monkey tiger lion panda eagle falcon shadow phoenix killer hunter ninja batman pokemon",
    "starwars matrix football baseball basketball soccer hockey tennis golf liverpool arsenal",
    "chelsea",
    "barcelona jordan michael michelle jennifer jessica ashley amanda daniel david andrew charlie",
    "george thomas robert william joshua matthew nicole samantha hannah maggie ginger pepper",
    "buster",
    "harley ranger yankees cowboys mustang ferrari porsche mercedes corvette trustno freedom",
    "whatever",
    "nothing something access happy lucky money dollar diamond silver golden purple yellow black",
    "white",
    "green blue red blink jesus christ heaven church family friend friends mother father sister",
    "brother",
    "school student teacher college university january february march april june july august",
    "september",
    "october november december monday tuesday wednesday thursday friday saturday sunday",
    // pinyin and Chinese
    "woaini woaiwo woaini1314 aini wodemima mima mimashi zhongguo zhonghua china chinese beijing",
    "shanghai guangzhou shenzhen tianjin chongqing hangzhou nanjing suzhou wuhan chengdu xian",
    "jiangsu",
    "zhejiang guangdong fujian henan hebei hubei hunan sichuan shandong shanxi anhui jiangxi",
    "taiwan",
    "hongkong aomen asdasd nihao nihaoma xiexie zaijian laopo laogong baobao baobei haha hehe xixi",
    "yiyi wangyi tongxue laoshi xuexiao gongsi mingtian jintian kaixin kuaile xingfu pengyou",
    "我爱你 密码 管理员 中国 北京 上海 你好 欢迎 测试 口令 登录 账号",
    // lucky numbers and dates that are no run
    "520 521 1314 5201314 1314520 168 888 666 999 147258 147258369 159357 258456 741852963 789456",
    "110 119 120 12306 10086 10010 10000 95588",
    // this work
    "wangdi wangge wanggeyuan wanggezhang shequ shequgongzuo shequgongzuozhe jiedao zhenjie",
    "juweihui",
    "cunweihui minzheng minzhengju weijianwei jikong cdc fangyi fangkong yiqing kangyi paicha",
    "hesuan",
    "jiankang jiankangma geli gelidian xinguan xinguanfeiyan covid covid19 corona coronavirus",
    "virus",
    "epidemic pandemic community grid gridworker worker officer township county district province",
    "网底 网格 网格员 社区 街道 居委会 村委会 防疫 防控 疫情 抗疫 排查 隔离 健康 健康码 加油 武汉",
};

}  // namespace wangdi::access
