// SPDX-License-Identifier: Apache-2.0
// The nightly round of retention, its stamp, and the published key.
#include "app/retention_keeper.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <ostream>
#include <utility>

#include "app/commands.hpp"
#include "app/key_keeper.hpp"
#include "app/system_clock.hpp"
#include "common/crypto/sign.hpp"
#include "common/files/files.hpp"
#include "modules/retention/tables.hpp"

namespace wangdi::app {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kSecondMs = 1'000;

// A new file with this content in the place of the old one.
Status replace_file(const std::string& path, std::string_view content) {
  const auto fresh = path + ".new";
  const files::OpenFile file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!file.is_open()) return files::file_error(fresh);
  WD_TRY([[maybe_unused]] auto written, files::write_all(file, crypto::bytes_of(content)));
  WD_TRY([[maybe_unused]] auto synced, files::sync_file(fresh));
  std::error_code failed;
  std::filesystem::rename(fresh, path, failed);
  if (failed) return files::file_error(path);
  return files::sync_folder_of(path);
}

// When the last whole night was; nothing where the folder has no stamp.
std::optional<UnixMs> last_night(const Runtime& runtime) {
  struct stat status{};
  if (::stat(retention_stamp(runtime.config().data).c_str(), &status) != 0) return std::nullopt;
  return status.st_mtim.tv_sec * kSecondMs;
}

Status publish_key(Runtime& runtime) {
  return replace_file(certificate_key_file(runtime.config().data),
                      runtime.vault().certificate_key().public_pem());
}

// Each certificate as two files: its text, and its signature as openssl takes it.
Status write_certificates(const std::string& folder, store::Connection& from) {
  std::error_code failed;
  std::filesystem::create_directory(folder, failed);
  if (failed) return files::file_error(folder);
  std::vector<retention::CertificateRow> rows;
  WD_TRY([[maybe_unused]] auto read,
         from.by_key(retention::kCertificate.info(), 0, store::bind_all(),
                     [&](const store::RowReader& row) {
                       rows.push_back(store::read_row<retention::CertificateRow>(row));
                       return true;
                     }));
  for (const auto& row : rows) {
    const auto name =
        folder + '/' + std::to_string(row.district.number) + '-' + std::to_string(row.sequence);
    if (std::filesystem::exists(name + ".sig")) continue;
    const auto signature = crypto::from_base64(row.signature);
    if (!signature) continue;  // `wangdi verify` tells
    WD_TRY([[maybe_unused]] auto text, replace_file(name + ".txt", row.statement));
    WD_TRY([[maybe_unused]] auto done, replace_file(name + ".sig", crypto::text_of(*signature)));
  }
  return ok();
}

retention::NightParts parts_of(Runtime& runtime, store::Connection& reader,
                               const crypto::SigningKey& key) {
  return {
      runtime.registry(),
      runtime.writer(),
      reader,
      runtime.parameters(),
      runtime.clock(),
      runtime.config().zone(),
      [&key](std::string_view text) { return crypto::base64(key.sign(crypto::bytes_of(text))); }};
}

Status count_coming(Runtime& runtime) {
  WD_TRY(const auto reader, runtime.reader());
  const auto key = runtime.vault().certificate_key();
  return retention::count_coming(parts_of(runtime, *reader.connection, key));
}

}  // namespace

std::string retention_stamp(const std::string& data_folder) {
  return data_folder + "/retention.done";
}

std::string certificate_key_file(const std::string& data_folder) {
  return data_folder + "/certificate_key.pem";
}

std::string certificates_folder(const std::string& data_folder) {
  return data_folder + "/certificates";
}

Result<retention::Done> carry_out_retention(Runtime& runtime) {
  WD_TRY([[maybe_unused]] auto published, publish_key(runtime));
  WD_TRY(const auto reader, runtime.reader());
  const auto key = runtime.vault().certificate_key();
  WD_TRY(const auto done, retention::carry_out_rules(parts_of(runtime, *reader.connection, key)));
  WD_TRY([[maybe_unused]] auto written,
         write_certificates(certificates_folder(runtime.config().data), *reader.connection));
  WD_TRY([[maybe_unused]] auto stamped, replace_file(retention_stamp(runtime.config().data), ""));
  return done;
}

void RetentionKeeper::start() {
  if (auto published = publish_key(runtime_); !published) {
    log_.error("certificate_key_failed", published.error());
  }
  // Begins the count of nights; nothing is written to the folder later until one is due.
  if (!last_night(runtime_)) {
    const auto begun = replace_file(retention_stamp(runtime_.config().data), "");
    if (!begun) log_.error("retention_failed", begun.error());
  }
  looker_ = std::make_unique<Ticker>(kLookMs, [this] { look(); });
}

void RetentionKeeper::stop() {
  if (looker_) looker_->stop();
}

void RetentionKeeper::look() {
  // Before the first night of an installation, so that the page of what is to come is not empty.
  if (!std::exchange(has_counted_, true) && !runtime_.guard().is_alarmed()) {
    if (auto counted = count_coming(runtime_); !counted) {
      log_.error("retention_count_failed", counted.error());
    }
  }
  const auto last = last_night(runtime_);
  if (!last) return;
  const auto now = runtime_.clock().now();
  const auto& config = runtime_.config();
  const auto due = next_epoch_at(*last, config.epoch_hour, config.zone());
  is_late_ = now >= due + kDayMs;
  const auto monotonic = runtime_.clock().monotonic_ms();
  if (now < due || monotonic < try_after_ms_ || runtime_.guard().is_alarmed()) return;
  const auto done = carry_out_retention(runtime_);
  if (done) {
    is_late_ = false;
    log_.write(LogLevel::info, "retention_done",
               {{"records", done->records},
                {"certificates", done->certificates},
                {"names", done->names},
                {"slips", done->slips},
                {"duration_ms", runtime_.clock().monotonic_ms() - monotonic}});
  } else {
    try_after_ms_ = runtime_.clock().monotonic_ms() + kRetryMs;
    if (!failed_) log_.error("retention_failed", done.error());
  }
  failed_ = !done;
}

int run_retention(const Config& config, Console& console) {
  const SystemClock clock;
  auto runtime = Runtime::open(config, clock);
  if (!runtime) return fail(console, runtime.error());
  if ((*runtime)->guard().is_alarmed()) return fail(console, Error(ErrorCode::read_only));
  (*runtime)->start();
  const auto done = carry_out_retention(**runtime);
  if (!done) return fail(console, done.error());
  console.out << console.choose("已销毁的记录 ", "records destroyed ") << done->records
              << console.choose("，证明 ", ", certificates ") << done->certificates << '\n';
  return kExitOk;
}

}  // namespace wangdi::app
