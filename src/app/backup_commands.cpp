// SPDX-License-Identifier: Apache-2.0
// `wangdi backup`, `restore` and `drill`.
#include <filesystem>
#include <ostream>

#include "app/commands.hpp"
#include "app/restore.hpp"
#include "app/system_clock.hpp"
#include "store/forms.hpp"
#include "vault/keys_copy.hpp"

namespace wangdi::app {
namespace {

// 2020-02-18 08:00:00 of the configured zone.
std::string time_text(UnixMs at, ZoneOffset zone) {
  constexpr UnixMs kSecondMs = 1'000;
  constexpr UnixMs kDaySeconds = 86'400;
  const auto seconds = at / kSecondMs + std::int64_t{zone.minutes_east} * 60;
  const auto of_day = (seconds % kDaySeconds + kDaySeconds) % kDaySeconds;
  const auto two = [](std::int64_t number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
  };
  return CivilDate::of(at, zone).text() + " " + two(of_day / 3'600) + ":" + two(of_day / 60 % 60) +
         ":" + two(of_day % 60);
}

void print_manifest(const Config& config, Console& console, const BackupManifest& manifest) {
  console.out << console.choose("备份时间 ", "made at ")
              << time_text(manifest.made_at, config.zone()) << '\n'
              << console.choose("记录 ", "records ") << manifest.records
              << console.choose("，区县 ", ", districts ") << manifest.heads.size() << '\n';
}

// Only where another version made the backup.
void print_migrated(Console& console, const BackupManifest& manifest, const Migrated& migrated) {
  if (migrated.tables.empty()) return;
  console.out << console.choose("备份是另一个版本做的（", "another version made the backup (")
              << manifest.version
              << console.choose("），表已换成这个版本的：",
                                "), its tables were brought into this version's form: ")
              << store::names_text(migrated.tables) << '\n';
}

}  // namespace

int run_backup(const Config& config, Console& console, const BackupRequest& request) {
  const SystemClock clock;
  const auto manifest = make_backup(config, clock, request.file);
  if (!manifest) return fail(console, manifest.error());
  // After the data: each key that they need is there by now.
  if (!request.keys_to.empty()) {
    const auto copied = vault::copy_keys(config.keys, request.keys_to);
    if (!copied) return fail(console, copied.error());
  }
  std::error_code failed;
  print_manifest(config, console, *manifest);
  console.out << console.choose("文件 ", "file ") << request.file << console.choose("，", ", ")
              << std::filesystem::file_size(request.file, failed)
              << console.choose(" 字节", " bytes") << '\n';
  if (!request.keys_to.empty()) {
    console.out << console.choose("密钥副本 ", "copy of the keys ") << request.keys_to << '\n';
  }
  return kExitOk;
}

int run_restore(const Config& config, Console& console, const BackupRequest& request) {
  const SystemClock clock;
  const auto restored = restore_backup(config, clock, request.file);
  if (!restored) return fail(console, restored.error());
  print_manifest(config, console, restored->manifest);
  print_migrated(console, restored->manifest, restored->migrated);
  console.out << console.choose("数据文件夹 ", "data folder ") << config.data << '\n'
              << console.choose("所有人要重新登录；备份以后的记录，手机会自动再传",
                                "everybody logs in again; phones send again what came after the "
                                "backup")
              << '\n';
  return kExitOk;
}

int run_drill(const Config& config, Console& console, const BackupRequest& request) {
  const auto drill = drill_backup(config, SystemClock(), request.file);
  if (!drill) return fail(console, drill.error());
  print_manifest(config, console, drill->manifest);
  print_migrated(console, drill->manifest, drill->migrated);
  console.out << console.choose("文件 ", "files ") << drill->files
              << console.choose("，重放的事件 ", ", events replayed ") << drill->events
              << console.choose("，不一致的表 ", ", tables that differ ") << drill->tables_different
              << '\n';
  if (drill->keys_tried) {
    console.out << console.choose("抽查密封的内容：能读 ", "sealed values tried: read ")
                << drill->fields_read << console.choose("，已删除 ", ", erased ")
                << drill->fields_erased << console.choose("，解不开 ", ", unreadable ")
                << drill->fields_unreadable << '\n';
  } else {
    console.out << console.choose("服务正在使用密钥，没有试；要试，请用 --keys 指明密钥的副本",
                                  "the server uses the keys, they were not tried; to try them, "
                                  "name their copy with --keys")
                << '\n';
  }
  console.out << (drill->is_sound()
                      ? console.choose("演练通过", "the drill passed")
                      : console.choose("演练没有通过：这份备份不可靠，请查原因并另做一份",
                                       "the drill failed: find out why and make another backup"))
              << '\n';
  return drill->is_sound() ? kExitOk : kExitFindings;
}

}  // namespace wangdi::app
