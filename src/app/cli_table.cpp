// SPDX-License-Identifier: Apache-2.0
// The commands and options with their help in both languages.
#include <array>

#include "app/cli.hpp"

namespace wangdi::app {
namespace {

constexpr std::array kFolderOptions = {
    CommandOption{"--data", "DIR", "data.folder", false, {"数据文件夹", "the data folder"}},
    CommandOption{"--keys",
                  "DIR",
                  "data.keys",
                  false,
                  {"密钥文件夹，默认 <data>.keys", "the keys folder, <data>.keys unless told"}},
    CommandOption{"--root",
                  "FILE",
                  "data.root",
                  false,
                  {"根密钥文件，默认 <data>.root", "the root key, <data>.root unless told"}},
    CommandOption{"--store",
                  "URL",
                  "storage.url",
                  false,
                  {"PostgreSQL 的地址，默认用数据文件夹里的 SQLite",
                   "an address of PostgreSQL, SQLite in the data folder unless told"}},
    CommandOption{
        "--config", "FILE", "", false, {"配置文件（TOML）", "the configuration file (TOML)"}},
    CommandOption{"--set",
                  "SECTION.KEY=VALUE",
                  "",
                  false,
                  {"改一项配置，可重复", "sets one key of the configuration, repeatable"}},
    CommandOption{"--log-level",
                  "LEVEL",
                  "log.level",
                  false,
                  {"debug、info、warning 或 error", "debug, info, warning or error"}},
};

constexpr std::array kServeOptions = {
    CommandOption{
        "--listen",
        "ADDRESS:PORT",
        "",
        false,
        {"监听的地址和端口，默认 127.0.0.1:8080", "where to listen, 127.0.0.1:8080 unless told"}},
    CommandOption{"--web",
                  "DIR",
                  "http.web",
                  false,
                  {"网页文件夹，默认在程序旁边找",
                   "the built web app, found beside the program unless told"}},
};
constexpr std::array kInitOptions = {
    CommandOption{
        "--tree",
        "DIR",
        "",
        false,
        {"区划文件夹，默认用自带的", "folder of the division tree, the shipped one unless told"}},
    CommandOption{"--admin",
                  "NAME",
                  "",
                  false,
                  {"系统管理员的账号名，默认 admin",
                   "account name of the system administrator, admin unless told"}},
    CommandOption{"--security",
                  "NAME",
                  "",
                  false,
                  {"安全管理员的账号名，默认 security",
                   "account name of the security administrator, security unless told"}},
    CommandOption{"--audit",
                  "NAME",
                  "",
                  false,
                  {"审计管理员的账号名，默认 audit",
                   "account name of the audit administrator, audit unless told"}},
};
constexpr std::array kImportRosterOptions = {
    CommandOption{"--community",
                  "CODE",
                  "",
                  true,
                  {"社区的区划代码（12 位）", "the community's region code (12 digits)"}},
    CommandOption{"--account",
                  "NAME",
                  "",
                  true,
                  {"以哪个账号的名义导入", "the account in whose name it is imported"}},
    CommandOption{"--apply",
                  "",
                  "",
                  false,
                  {"真正导入；不写就只试导", "imports; without it the file is only tried"}},
    CommandOption{"--errors",
                  "FILE",
                  "",
                  false,
                  {"把全部错误和疑似重复写成 xlsx", "writes all errors and duplicates as xlsx"}},
};
constexpr std::array kVerifyOptions = {
    CommandOption{"--accept-loss",
                  "",
                  "",
                  false,
                  {"确认丢失的记录找不回来了：记入日志，重设锚点，恢复写入",
                   "gives up what is missing: notes it in the journal, sets the anchor anew, and "
                   "lets the server write again"}},
};
constexpr std::array kRebuildOptions = {
    CommandOption{"--check",
                  "",
                  "",
                  false,
                  {"只在旁边重建并比较，不改任何内容",
                   "rebuilds beside the live tables and compares, changes nothing"}},
};
constexpr std::array kBackupOptions = {
    CommandOption{"--to",
                  "FILE",
                  "",
                  true,
                  {"备份写到哪个文件，必须还没有", "the file to write, which must not exist"}},
    CommandOption{"--keys-to",
                  "DIR",
                  "",
                  false,
                  {"同时把密钥复制到这个文件夹，换掉原来的副本；要和备份分开存放",
                   "also copies the keys into this folder, in place of the copy before; keep it "
                   "apart from backups"}},
};
constexpr std::array kRestoreOptions = {
    CommandOption{"--from", "FILE", "", true, {"备份文件", "the backup"}},
};
constexpr std::array kUserAddOptions = {
    CommandOption{"--role",
                  "ROLE",
                  "",
                  true,
                  {"角色：grid_worker、community_officer、township_officer、county_officer、"
                   "higher_officer、system_administrator、security_administrator、"
                   "audit_administrator",
                   "grid_worker, community_officer, township_officer, county_officer, "
                   "higher_officer, system_administrator, security_administrator or "
                   "audit_administrator"}},
    CommandOption{
        "--region", "CODE", "", true, {"管辖的区划代码", "code of the region the account acts in"}},
    CommandOption{
        "--display-name", "TEXT", "", true, {"屏幕上显示的称呼", "how screens call the person"}},
};
constexpr std::array kUserListOptions = {
    CommandOption{
        "--region", "CODE", "", false, {"只列这个区划之下的", "only accounts below this region"}},
};
constexpr std::array kUserCloseOptions = {
    CommandOption{"--reason", "TEXT", "", true, {"停用原因", "why it is closed"}},
};

constexpr std::array kCommands = {
    CommandEntry{CommandName::serve,
                 "serve",
                 "",
                 true,
                 kServeOptions,
                 {"启动服务，按 Ctrl-C 停止", "serves until Ctrl-C"}},
    CommandEntry{CommandName::init,
                 "init",
                 "",
                 true,
                 kInitOptions,
                 {"建数据、密钥文件夹和根密钥，导入区划，显示一次管理员的首次密码",
                  "makes data, keys and root, imports the division tree, shows the first "
                  "administrator's secret once"}},
    CommandEntry{CommandName::demo,
                 "demo",
                 "",
                 true,
                 {},
                 {"建演示数据：一个社区，800 户虚构住户",
                  "makes a demo: one community, 800 invented households"}},
    CommandEntry{CommandName::import_tree,
                 "import tree",
                 "DIR",
                 true,
                 {},
                 {"导入新的区划表", "imports a newer division tree"}},
    CommandEntry{
        CommandName::import_roster,
        "import roster",
        "FILE",
        true,
        kImportRosterOptions,
        {"导入一个社区的住户名册（xlsx 或 csv）", "imports a community's roster (xlsx or csv)"}},
    CommandEntry{CommandName::verify,
                 "verify",
                 "",
                 true,
                 kVerifyOptions,
                 {"逐条核对日志的链，并和锚点比对",
                  "walks the journal's chain of every district and compares it with the anchor"}},
    CommandEntry{CommandName::rebuild,
                 "rebuild",
                 "",
                 true,
                 kRebuildOptions,
                 {"按日志重建各表", "makes every table anew from the journal"}},
    CommandEntry{CommandName::migrate,
                 "migrate",
                 "",
                 true,
                 {},
                 {"升级程序以后，把数据库改成这个版本的样子；原来的留着",
                  "after an upgrade, brings the database into this version's form; the old one "
                  "stays"}},
    CommandEntry{CommandName::backup,
                 "backup",
                 "",
                 true,
                 kBackupOptions,
                 {"做一份加密的备份，不用停服务（密钥不在里面，要另外存放）",
                  "makes a sealed backup while the server runs (keys are not in it, keep them "
                  "apart)"}},
    CommandEntry{CommandName::restore,
                 "restore",
                 "",
                 true,
                 kRestoreOptions,
                 {"用备份恢复出一个新的数据文件夹", "makes a new data folder from a backup"}},
    CommandEntry{CommandName::drill,
                 "drill",
                 "",
                 true,
                 kRestoreOptions,
                 {"演练：在旁边恢复一遍，核对后删除，不动现有数据",
                  "a restore drill: restores beside the data, examines it and removes it"}},
    CommandEntry{CommandName::epoch,
                 "epoch",
                 "",
                 true,
                 {},
                 {"马上开始新的密钥周期，销毁旧的；平时服务每天夜里自己做",
                  "begins a new epoch of the keys now and destroys the old one; a running server "
                  "does it every night"}},
    CommandEntry{
        CommandName::retention,
        "retention",
        "",
        true,
        {},
        {"马上销毁保存期已满的内容并出证明；平时服务每天夜里自己做",
         "destroys now what is over by the rules of retention, with certificates; a running "
         "server does it every night"}},
    CommandEntry{CommandName::openapi,
                 "openapi",
                 "",
                 false,
                 {},
                 {"输出接口说明（OpenAPI 3.1）", "prints the API description (OpenAPI 3.1)"}},
    CommandEntry{CommandName::user_add,
                 "user add",
                 "NAME",
                 true,
                 kUserAddOptions,
                 {"开账号，显示一次首次密码（24 小时内有效）",
                  "opens an account, shows its first secret once (good for 24 hours)"}},
    CommandEntry{CommandName::user_list,
                 "user list",
                 "",
                 true,
                 kUserListOptions,
                 {"列出账号", "lists accounts"}},
    CommandEntry{CommandName::user_reset,
                 "user reset",
                 "NAME",
                 true,
                 {},
                 {"重设账号，显示一次新的首次密码", "gives an account a new first secret"}},
    CommandEntry{CommandName::user_close,
                 "user close",
                 "NAME",
                 true,
                 kUserCloseOptions,
                 {"停用账号，马上退出它的登录", "closes an account and ends its sessions"}},
    CommandEntry{CommandName::doctor,
                 "doctor",
                 "",
                 true,
                 {},
                 {"检查文件夹、权限、密钥、磁盘、时钟和数据库，并说怎么办",
                  "examines folders, permissions, keys, disk, clock and database, and says "
                  "what to do"}},
    CommandEntry{
        CommandName::version, "version", "", false, {}, {"显示版本", "prints the version"}},
};

}  // namespace

std::span<const CommandEntry> command_entries() { return kCommands; }
std::span<const CommandOption> folder_options() { return kFolderOptions; }

}  // namespace wangdi::app
