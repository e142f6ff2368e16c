// SPDX-License-Identifier: Apache-2.0
// The checks of `wangdi doctor`.
#include "app/doctor.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include <optional>
#include <ostream>

#include "app/certificate.hpp"
#include "app/commands.hpp"
#include "app/guard.hpp"
#include "app/log_copy.hpp"
#include "app/storage.hpp"
#include "app/system_clock.hpp"
#include "common/parameters/parameters.hpp"
#include "journal/journal.hpp"
#include "store/sqlite.hpp"
#include "vault/files.hpp"
#include "vault/keyring.hpp"

namespace wangdi::app {
namespace {

using std::to_string;

constexpr std::uint64_t kMiB = 1u << 20;
constexpr std::uint64_t kFreeMiBLeast = 1'024;
constexpr std::uint64_t kMemoryLockMiBLeast = 8;     // the key cache lies on locked pages
constexpr UnixMs kEarliestSane = 1'577'836'800'000;  // 2020-01-01
constexpr UnixMs kLatestSane = 4'102'444'800'000;    // 2100-01-01
constexpr UnixMs kMinuteMs = 60'000;
constexpr int kCacheKib = 8 * 1024;

class Report {
 public:
  void fine(std::string chinese, std::string english) {
    findings_.push_back({Health::fine, {std::move(chinese), std::move(english)}, {}});
  }
  void note(std::string chinese, std::string english, std::string do_chinese,
            std::string do_english) {
    add(Health::note, {std::move(chinese), std::move(english)},
        {std::move(do_chinese), std::move(do_english)});
  }
  void attention(std::string chinese, std::string english, std::string do_chinese,
                 std::string do_english) {
    add(Health::attention, {std::move(chinese), std::move(english)},
        {std::move(do_chinese), std::move(do_english)});
  }
  // An error of the registry already says what to do.
  void attention(const std::string& chinese, const std::string& english, const Error& error) {
    const auto& entry = error_entry(error.code());
    const auto cause = error.cause().empty() ? std::string() : " (" + error.cause() + ")";
    const auto text = [&](Language language) {
      return fill_text(entry.title[static_cast<int>(language)], error.details()) + cause;
    };
    attention(chinese + "：" + text(Language::kChinese), english + ": " + text(Language::kEnglish),
              std::string(entry.advice[0]), std::string(entry.advice[1]));
  }
  std::vector<Finding> take() { return std::move(findings_); }

 private:
  struct Pair {
    std::string zh, en;
  };
  void add(Health health, Pair what, Pair advice) {
    findings_.push_back({health,
                         {std::move(what.zh), std::move(what.en)},
                         {std::move(advice.zh), std::move(advice.en)}});
  }
  std::vector<Finding> findings_;
};

std::optional<struct stat> status_of(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return status;
}

std::string octal(unsigned mode) {
  std::string text = "0";
  for (int shift = 6; shift >= 0; shift -= 3) {
    text += static_cast<char>('0' + (mode >> shift & 7));
  }
  return text;
}

// Owner and mode of a file or folder that only the server may touch.
void check_place(Report& report, const std::string& path, unsigned mode, const char* chinese,
                 const char* english) {
  const auto status = status_of(path);
  const auto zh = std::string(chinese) + " " + path, en = std::string(english) + " " + path;
  if (!status) {
    report.attention(zh + " 不在", en + " is not there", "核对路径；真的丢了，就按手册恢复备份",
                     "check the path; if it is lost, restore it as the manual says");
    return;
  }
  if (status->st_uid != ::geteuid()) {
    report.attention(zh + " 属于另一个用户", en + " belongs to another user",
                     "以运行服务的那个用户执行 wangdi doctor，或改正属主",
                     "run wangdi doctor as the user that runs the server, or correct the owner");
    return;
  }
  const unsigned found = status->st_mode & 0777u;
  if (found != mode) {
    report.attention(zh + " 的权限是 " + octal(found), en + " has mode " + octal(found),
                     "chmod " + octal(mode) + " " + path, "chmod " + octal(mode) + " " + path);
    return;
  }
  report.fine(zh + " 权限 " + octal(mode), en + " has mode " + octal(mode));
}

void check_space(Report& report, const std::string& path, const char* chinese,
                 const char* english) {
  struct statvfs space{};
  if (::statvfs(path.c_str(), &space) != 0) return;
  const std::uint64_t free_mib = std::uint64_t{space.f_bavail} * space.f_frsize / kMiB;
  const auto zh = std::string(chinese) + "所在磁盘还有 " + to_string(free_mib) + " MiB";
  const auto en =
      std::string("the disk of ") + english + " has " + to_string(free_mib) + " MiB left";
  if (free_mib < kFreeMiBLeast) {
    report.attention(zh, en, "腾出或加大空间；写满后服务只能查看",
                     "free or add space; when it is full nothing can be saved");
  } else {
    report.fine(zh, en);
  }
}

void check_separate_disks(Report& report, const Config& config, bool demo) {
  const auto data = status_of(config.data), keys = status_of(config.keys);
  if (demo || !data || !keys) return;
  if (data->st_dev == keys->st_dev) {
    report.note("数据和密钥在同一个磁盘上", "data and keys lie on one disk",
                "正式使用时，把密钥文件夹放到另一个磁盘（--keys），分开备份",
                "for real use put the keys folder on another disk (--keys), with its own backup");
  } else {
    report.fine("数据和密钥在不同的磁盘上", "data and keys lie on different disks");
  }
  const auto anchor = status_of(config.anchor);
  if (!anchor) return;
  if (data->st_dev == anchor->st_dev) {
    report.note("数据和锚点在同一个磁盘上", "data and anchor lie on one disk",
                "有别的磁盘或主机，就用 anchor.path 把锚点放过去",
                "where there is another disk or host, put the anchor there with anchor.path");
  } else {
    report.fine("数据和锚点在不同的磁盘上", "data and anchor lie on different disks");
  }
}

void check_has_log_copy(Report& report, const Config& config, bool demo) {
  if (demo) return;
  if (config.log_copy.empty()) {
    report.note("查阅记录没有副本", "the access log has no copy",
                "用 log.copy 指一个别的主机或磁盘上的文件夹",
                "name a folder on another host or disk with log.copy");
    return;
  }
  const auto data = status_of(config.data), copy = status_of(config.log_copy);
  if (!data || !copy || data->st_dev != copy->st_dev) return;
  report.note("数据和日志副本在同一个磁盘上", "data and log copy lie on one disk",
              "有别的主机或磁盘，就用 log.copy 把副本放过去",
              "where there is another host or disk, put the copy there with log.copy");
}

void check_memory_lock(Report& report) {
  rlimit limit{};
  ::getrlimit(RLIMIT_MEMLOCK, &limit);
  const auto mib = limit.rlim_cur / kMiB;
  if (limit.rlim_cur == RLIM_INFINITY || mib >= kMemoryLockMiBLeast) {
    report.fine("内存锁定上限够用", "enough memory can be locked");
    return;
  }
  report.attention("只能锁定 " + to_string(mib) + " MiB 内存，密钥可能被换到磁盘",
                   "only " + to_string(mib) + " MiB of memory can be locked, keys may be swapped",
                   "把上限提到 8 MiB 以上（systemd：LimitMEMLOCK=16M）",
                   "raise the limit above 8 MiB (systemd: LimitMEMLOCK=16M)");
}

void check_clock(Report& report, UnixMs now) {
  if (now < kEarliestSane || now > kLatestSane) {
    const auto day = CivilDate::of(now, ZoneOffset{}).text();
    report.attention("系统时间是 " + day, "the clock says " + day, "改正系统时间，再启动服务",
                     "set the clock before starting the server");
    return;
  }
  timex state{};
  const bool told = ::adjtimex(&state) >= 0;
  if (told && (state.status & STA_UNSYNC) == 0) {
    report.fine("系统时间已同步", "the clock is synchronised");
  } else {
    report.note("看不出系统时间是否同步", "it is not known whether the clock is synchronised",
                "装上并启用 chrony 或 systemd-timesyncd",
                "install and enable chrony or systemd-timesyncd");
  }
}

void check_sqlite(Report& report) {
  const auto version = std::string(store::sqlite_version());
  if (!store::has_wal_reset_bug(store::sqlite_version_number())) {
    report.fine("SQLite " + version, "SQLite " + version);
    return;
  }
  report.note(
      "SQLite " + version + " 有 WAL 重置的缺陷，网底只用一个写连接，避开了它",
      "SQLite " + version + " has the WAL-reset bug; Wangdi's one writing connection avoids it",
      "服务运行时，不要用 sqlite3 等工具打开 wangdi.db",
      "do not open wangdi.db with sqlite3 or other tools while the server runs");
}

void check_certificate(Report& report, const Config& config, UnixMs now) {
  if (config.tls_certificate.empty()) return;
  const auto opened = crypto::open_tls({config.tls_certificate, config.tls_key});
  if (const auto* problem = std::get_if<crypto::TlsProblem>(&opened)) {
    return report.attention(text_of(*problem, config, Language::kChinese),
                            text_of(*problem, config, Language::kEnglish), "改好后再启动服务",
                            "mend it before the server is started");
  }
  const auto& identity = std::get<crypto::TlsIdentity>(opened);
  const auto days = to_string(days_left(identity.ends_at, now));
  const auto zh = "证书还有 " + days + " 天到期", en = "the certificate ends in " + days + " days";
  if (now < identity.starts_at) {
    report.attention("证书还没到生效的时间", "the certificate is not valid yet",
                     "核对本机的时间和证书", "check this machine's clock and the certificate");
  } else if (certificate_step(identity.ends_at, now)) {
    report.attention(zh, en, "换好新证书后，给服务发 SIGHUP，不用停",
                     "put the new one in its place and send the server SIGHUP; it need not stop");
  } else {
    report.fine(zh, en);
  }
}

void check_web(Report& report, const Config& config) {
  if (config.web.empty()) {
    report.note("没有找到网页文件夹", "the built web app is not found",
                "运行 tools/build_web，或用 http.web 指明",
                "run tools/build_web, or name it in http.web");
  } else {
    report.fine("网页在 " + config.web, "the web app is in " + config.web);
  }
}

// A reading connection to a database nobody else uses.
struct Opened {
  std::unique_ptr<store::Engine> engine;
  std::unique_ptr<store::Connection> connection;
};
Result<Opened> open_reading(const std::string& path) {
  Opened opened;
  WD_TRY(opened.engine, store::open_sqlite({.path = path, .cache_kib = kCacheKib}));
  WD_TRY(opened.connection, opened.engine->open_reader());
  return opened;
}

// The registry's advice on storage speaks to somebody with a phone, so damage has its own.
void report_damage(Report& report, const std::string& name, const std::string& detail) {
  report.attention(name + " 已损坏：" + detail, name + " is damaged: " + detail,
                   "不要再写入；停掉服务，留一份原样的副本，按手册恢复",
                   "write no more; stop the server, keep a copy as it is, restore as the manual "
                   "says");
}

void check_damage(Report& report, store::Connection& connection, const std::string& name) {
  const auto found = store::damage(connection);
  if (!found) {
    report_damage(report, name, found.error().cause());
  } else if (!found->empty()) {
    report_damage(report, name, found->front());
  } else {
    report.fine(name + " 完好", name + " is sound");
  }
}

void check_journal(Report& report, store::Connection& connection, const std::string& name,
                   UnixMs now) {
  const auto verified = journal::verify(connection);
  if (!verified) {
    report_damage(report, name, "journal: " + verified.error().cause());
    return;
  }
  if (!verified->findings.empty()) {
    const auto& first = verified->findings.front();
    const auto place = to_string(first.position.district.number) + "/" +
                       to_string(first.position.sequence) + " " + first.what;
    report.attention("日志对不上：" + place, "the journal does not fit: " + place,
                     "停止写入，运行 wangdi verify 看全部，按手册恢复",
                     "stop writing, see all with wangdi verify, restore as the manual says");
  } else {
    report.fine("日志 " + to_string(verified->records) + " 条，" + to_string(verified->districts) +
                    " 个区县，首尾相接",
                "the journal is whole: " + to_string(verified->records) + " records of " +
                    to_string(verified->districts) + " districts");
  }
  const auto last = journal::last_commit(connection);
  const auto seals = last ? journal::seals_after(connection, *last - 1, 1)
                          : Result<std::vector<journal::SealRow>>(last.error());
  if (!seals || seals->empty()) return;
  const auto ahead = seals->front().recorded_at - now;
  if (ahead > kMinuteMs) {
    const auto minutes = to_string(ahead / kMinuteMs);
    report.attention("系统时间比最后一条记录早 " + minutes + " 分钟",
                     "the clock is " + minutes + " minutes behind the last record",
                     "改正系统时间，再启动服务", "set the clock before starting the server");
  }
}

void check_anchor(Report& report, const Config& config, const Folder& folder,
                  store::Connection& connection) {
  const auto found = examine_anchor(config, folder, connection);
  if (!found) {
    report.attention("锚点没有核对", "the anchor was not compared", found.error());
    return;
  }
  for (const auto& alarm : found->alarms) {
    const auto place = place_text(alarm);
    const auto words = [&](Language language) {
      return std::string(meaning_of(alarm.reason, language)) + (place.empty() ? "" : " " + place);
    };
    report.attention(
        "日志有警报，服务只能查看：" + words(Language::kChinese),
        "the journal is under alarm and the server read-only: " + words(Language::kEnglish),
        "不要动数据，先看手册的“警报”一页", "touch nothing, read the page on the alarm");
  }
  if (!found->alarms.empty()) return;
  if (found->is_new) {
    report.note("还没有锚点", "there is no anchor yet", "启动一次服务就会有",
                "the next start of the server makes one");
  } else {
    report.fine("日志和锚点对得上", "the journal is the anchored one or longer");
  }
}

// The position of the copy that is configured and can be read.
std::optional<CopyPosition> copied_so_far(const Config& config) {
  if (config.log_copy.empty()) return std::nullopt;
  const CopyFiles files(config.log_copy);
  auto position = files.is_there() ? files.position() : Result<std::optional<CopyPosition>>({});
  return position ? std::move(*position) : std::nullopt;
}

void check_log_copy(Report& report, const Config& config, UnixMs now) {
  const auto position = copied_so_far(config);
  if (!position) {
    report.attention("没有日志副本：" + config.log_copy, "there is no log copy: " + config.log_copy,
                     "接上那块存储，启动一次服务就会接着写",
                     "attach that storage; the next start of the server goes on");
    return;
  }
  const auto today = CivilDate::of(now, config.zone());
  const auto parameters = Parameters::shipped();
  const auto kept = parameters ? parameters->integer("audit.log_kept_days_least", {}, today)
                               : Result<std::int64_t>(parameters.error());
  if (!kept) return report.attention("参数读不出", "parameters cannot be read", kept.error());
  const auto damage = CopyFiles(config.log_copy)
                          .damage(*position, today.plus_days(static_cast<std::int32_t>(-*kept)));
  if (!damage || !damage->empty()) {
    const auto name = damage ? *damage : damage.error().cause();
    report.attention("日志副本缺了或改了：" + name, "the log copy misses or changed: " + name,
                     "从那块存储的备份里补回原文件", "put the file back from a backup of it");
    return;
  }
  const auto late_s = (now - position->complete_at) / 1'000;
  report.fine("日志副本完好，写到 " + to_string(late_s) + " 秒前",
              "the log copy is whole and " + to_string(late_s) + " seconds old");
}

// Of a stopped server: the log against its copy.
void compare_log_copy(Report& report, const Config& config, store::Connection& connection) {
  const auto position = copied_so_far(config);
  if (!position) return;
  if (const auto compared = compare_with_copy(connection, *position); !compared) {
    report.attention("查阅记录和副本对不上", "the access log does not fit its copy",
                     compared.error());
  } else {
    report.fine("查阅记录和副本对得上", "the access log fits its copy");
  }
}

void check_keys(Report& report, const Config& config, store::Connection* main) {
  constexpr std::size_t kFewKeys = 64;
  const auto keyring = vault::Keyring::open({.keys = config.keys, .root = config.root}, kFewKeys);
  if (!keyring && keyring.error().code() == ErrorCode::storage_failed) {
    report_damage(report, "keys.db", keyring.error().cause());
    return;
  }
  if (!keyring) {
    report.attention("密钥打不开", "the keys do not open", keyring.error());
    return;
  }
  auto& keys = (*keyring)->writer();  // the keyring's own, held by its lock
  check_damage(report, keys, "keys.db");
  const auto theirs = store::get(keys, vault::kKeysState, {District{}});
  const auto ours = main == nullptr ? Result<std::optional<vault::VaultStateRow>>(std::nullopt)
                                    : store::get(*main, vault::kVaultState, {District{}});
  if (!theirs || !*theirs) return;
  if (ours && *ours && (*ours)->pairing != (*theirs)->pairing) {
    report.attention("密钥和数据不是一套", "keys and data are not a pair",
                     "核对 --keys 和 --data 的路径", "check the paths of --keys and --data");
  } else if (ours && *ours) {
    report.fine("密钥和数据是一套，根密钥能打开",
                "keys and data are a pair and the root opens them");
  } else {
    report.fine("根密钥能打开密钥文件夹", "the root opens the keys folder");
  }
}

// Losing both copies loses every name for good, so one that is not there or old is told.
void check_copy(Report& report, const Config& config) {
  const auto own = vault::number_in_epoch_file(vault::epoch_file_of(config.keys));
  if (config.keys_copy.empty()) {
    report.note("没有配置密钥的第二份副本：密钥文件夹一丢，所有人的姓名就再也读不出来",
                "no second copy of the keys is configured: if the keys folder is lost, every name "
                "is lost for good",
                "在另一个磁盘上放一份，填 vault.copy", "keep one on another disk, set vault.copy");
    return;
  }
  const auto copy = vault::number_in_epoch_file(vault::epoch_file_of(config.keys_copy));
  if (!own && !copy) {
    report.attention("密钥和它的副本都读不到：没有它们，姓名、证件号、电话和门牌再也读不出来",
                     "the keys and their copy are both unreadable: without them names, numbers, "
                     "phones and rooms are lost for good",
                     "先找回任意一份，再做别的；记录和数字不受影响",
                     "find one of them before anything else; records and figures are not affected");
  } else if (!own) {
    report.attention("密钥读不到，副本还在", "the keys are unreadable, their copy is there",
                     "停掉服务，把副本放回密钥文件夹（手册“备份与恢复”）",
                     "stop the server and put the copy in their place (manual, Restore)");
  } else if (!copy || *copy != *own) {
    report.attention("密钥的副本丢了或是旧的", "the second copy of the keys is lost or old",
                     "核对 vault.copy 的磁盘；服务一运行就会重做",
                     "check the disk of vault.copy; a running server makes it anew");
  } else {
    report.fine("密钥的副本是现在的周期", "the second copy of the keys is of this epoch");
  }
}

// The pages of its files are the server's own to check (data checksums).
void check_postgres(Report& report, const Config& config, const Folder& folder, UnixMs now) {
  const auto engine = open_engine(config, folder);
  const auto connection = engine ? (*engine)->open_reader()
                                 : Result<std::unique_ptr<store::Connection>>(engine.error());
  if (!connection) {
    report.attention("PostgreSQL 打不开：" + connection.error().cause(),
                     "PostgreSQL does not open: " + connection.error().cause(),
                     "核对 storage.url、密码文件和数据库服务",
                     "check storage.url, the password file and the database server");
    check_keys(report, config, nullptr);
    return;
  }
  check_journal(report, **connection, "PostgreSQL", now);
  check_anchor(report, config, folder, **connection);
  compare_log_copy(report, config, **connection);
  check_keys(report, config, connection->get());
}

void check_database(Report& report, const Config& config, const Folder& folder, UnixMs now) {
  if (!config.storage_url.empty()) return check_postgres(report, config, folder, now);
  if (!status_of(folder.database())) {
    report.attention("没有 wangdi.db", "wangdi.db is not there",
                     "核对 --data 的路径；真的丢了，就恢复备份",
                     "check the path of --data; if it is lost, restore the backup");
    check_keys(report, config, nullptr);
    return;
  }
  const auto opened = open_reading(folder.database());
  if (!opened) {
    report_damage(report, "wangdi.db", opened.error().cause());
    check_keys(report, config, nullptr);
    return;
  }
  check_damage(report, *opened->connection, "wangdi.db");
  check_journal(report, *opened->connection, "wangdi.db", now);
  check_anchor(report, config, folder, *opened->connection);
  compare_log_copy(report, config, *opened->connection);
  check_keys(report, config, opened->connection.get());
}

}  // namespace

std::vector<Finding> examine(const Config& config, const Clock& clock) {
  Report report;
  check_sqlite(report);
  check_memory_lock(report);
  check_clock(report, clock.now());
  check_web(report, config);
  check_certificate(report, config, clock.now());
  if (!Folder::is_complete(config.data)) {
    report.attention("数据文件夹还没有初始化：" + config.data,
                     "the data folder is not initialised: " + config.data,
                     "核对路径，或先运行 wangdi init", "check the path, or run wangdi init first");
    return report.take();
  }
  check_place(report, config.data, 0700, "数据文件夹", "the data folder");
  check_place(report, config.keys, 0700, "密钥文件夹", "the keys folder");
  if (vault::is_credential(config.root)) {
    report.fine("根密钥是 systemd 的凭据", "the root key is a credential of systemd");
  } else {
    check_place(report, config.root, 0400, "根密钥", "the root key");
  }
  check_space(report, config.data, "数据", "the data");
  check_space(report, config.keys, "密钥", "the keys");
  check_copy(report, config);
  if (!config.log_copy.empty()) check_log_copy(report, config, clock.now());
  const auto folder = Folder::open(config.data);
  if (folder) {
    check_separate_disks(report, config, folder->is_demo());
    check_has_log_copy(report, config, folder->is_demo());
    check_database(report, config, *folder, clock.now());
  } else if (folder.error().code() == ErrorCode::folder_in_use) {
    report.note("服务正在运行，没有检查数据库和密钥的内容",
                "the server runs, so database and keys were not looked into",
                "停掉服务再运行一次，可查得更全", "stop the server and run this again to see more");
  } else {
    report.attention("数据文件夹打不开", "the data folder does not open", folder.error());
  }
  return report.take();
}

std::string finding_line(const Finding& finding, Language language) {
  const auto at = static_cast<int>(language);
  const bool chinese = language == Language::kChinese;
  std::string line;
  switch (finding.health) {
    case Health::fine:
      line = chinese ? "正常  " : "OK         ";
      break;
    case Health::note:
      line = chinese ? "提示  " : "note       ";
      break;
    case Health::attention:
      line = chinese ? "注意  " : "ATTENTION  ";
      break;
  }
  line += finding.what[at];
  if (!finding.advice[at].empty()) line += (chinese ? " → " : " -> ") + finding.advice[at];
  return line;
}

int run_doctor(const Config& config, Console& console) {
  const SystemClock clock;
  int status = kExitOk;
  for (const auto& finding : examine(config, clock)) {
    console.out << finding_line(finding, console.language) << '\n';
    if (finding.health == Health::attention) status = kExitFindings;
  }
  return status;
}

}  // namespace wangdi::app
