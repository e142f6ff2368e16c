// SPDX-License-Identifier: Apache-2.0
// Making and opening the keys folder.
#include "vault/keyring.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "store/forms.hpp"
#include "store/rows.hpp"
#include "store/sqlite.hpp"
#include "vault/files.hpp"
#include "vault/old_index.hpp"
#include "vault/root.hpp"

namespace wangdi::vault {
namespace {

constexpr std::string_view kEpochHeader = "WANGDI-EPOCH-1\n";
constexpr std::string_view kEpochOfAnyForm = "WANGDI-EPOCH-";
constexpr std::int64_t kFirstEpoch = 1;
constexpr std::size_t kEpochFileBytes =
    kEpochHeader.size() + 8 + crypto::kKeyBytes + crypto::kSealOverheadBytes;
constexpr std::size_t kEpochFileBytesMax = 4'096;  // of whatever version
constexpr KeyName kWithoutMonth[] = {KeyName::blind_index, KeyName::receipt,
                                     KeyName::device_mark, KeyName::first_secret,
                                     KeyName::outbox_box,  KeyName::certificate};

bool begins_with(crypto::ByteView bytes, std::string_view text) {
  return bytes.size() >= text.size() &&
         std::ranges::equal(bytes.first(text.size()), crypto::bytes_of(text));
}

// Nothing is changed in a folder that another version wrote.
Error other_version(const std::string& what) {
  return Error(ErrorCode::migration_refused)
      .with("what", what +
                        " (密钥文件夹是另一个版本的程序写的 / another version of the program wrote "
                        "the keys folder)");
}

template <class... Parts>
auto joined(const Parts&... parts) {
  std::array<std::uint8_t, (sizeof(Parts) + ...)> all;
  auto at = all.begin();
  ((at = std::copy(parts.begin(), parts.end(), at)), ...);
  return all;
}

// The root of a new installation: the one that is there, or a fresh one.
Result<crypto::SecretKey> make_root(const Paths& paths) {
  if (std::filesystem::exists(paths.root)) return read_root(paths.root);
  auto key = crypto::SecretKey::random();
  WD_TRY([[maybe_unused]] auto written, write_secret_file(paths.root, key.view()));
  return key;
}

crypto::Bytes epoch_head(std::int64_t epoch) {
  crypto::Bytes head(kEpochHeader.begin(), kEpochHeader.end());
  const auto number = crypto::big_endian(epoch);
  head.insert(head.end(), number.begin(), number.end());
  return head;
}

std::int64_t number_in(crypto::ByteView epoch_head) {
  std::uint64_t number = 0;
  for (const auto byte : epoch_head.subspan(kEpochHeader.size(), 8)) number = number << 8 | byte;
  return static_cast<std::int64_t>(number);
}

void put_fresh_key(store::Rows& rows, KeyName name, crypto::Aead& aead, crypto::Random& random) {
  NamedKeyRow row{.name = static_cast<std::int32_t>(name)};
  const auto key = crypto::SecretKey::random();
  aead.seal(random, named_key_place(name, 0), key.view(), row.wrapped);
  rows.put(kNamedKey, std::move(row));
}

Status fill_keys_db(const Paths& paths, const crypto::SecretKey& epoch_key,
                    crypto::Random& random) {
  WD_TRY(auto engine, store::open_sqlite({.path = keys_file_of(paths.keys, kFirstEpoch)}));
  WD_TRY(auto writer, engine->open_writer());
  WD_TRY([[maybe_unused]] auto made, make_keys_tables(*writer));
  WD_TRY([[maybe_unused]] auto begun, writer->begin());
  store::Rows rows(*writer, store::Start::kEmpty);
  crypto::Aead aead;
  aead.set_key(epoch_key.view());
  for (const auto name : kWithoutMonth) put_fresh_key(rows, name, aead, random);
  rows.put(kKeysState, KeysStateRow{.pairing = random.take<16>(), .epoch = kFirstEpoch});
  WD_TRY([[maybe_unused]] auto flushed, rows.flush());
  return writer->commit();
}

// A folder of before there was this key gets one; a missing key that always was is damage.
Status add_later_key(KeyName name, store::Connection& keys, crypto::Aead& aead) {
  WD_TRY(const auto row,
         store::get(keys, kNamedKey, {District{}, static_cast<std::int32_t>(name), 0}));
  if (row) return ok();
  crypto::Random random;
  WD_TRY([[maybe_unused]] auto begun, keys.begin());
  store::Rows rows(keys, store::Start::kEmpty);
  put_fresh_key(rows, name, aead, random);
  auto kept = rows.flush();
  if (kept) kept = keys.commit();
  if (!kept) keys.rollback();
  return kept;
}

Status keep_keys_forms(store::Connection& keys) {
  WD_TRY([[maybe_unused]] auto made, keys.create(store::kForm.info()));
  WD_TRY([[maybe_unused]] auto begun, keys.begin());
  auto kept = store::keep_forms(keys, store::forms_of(keys_tables()));
  if (kept) kept = keys.commit();
  if (!kept) keys.rollback();
  return kept;
}

// Before anything is written. A keys.db of before forms were kept gets them when it fits.
Status check_form(store::Connection& keys) {
  const auto tables = keys_tables();
  WD_TRY(const auto differ, store::differing_tables(keys, tables));
  if (!differ.empty()) return other_version("keys.db: " + store::names_text(differ));
  WD_TRY(const auto stored, store::stored_forms(keys));
  if (!stored.empty()) return ok();
  return keep_keys_forms(keys);
}

}  // namespace

Status make_keys_tables(store::Connection& to) {
  for (const auto& table : keys_tables()) {
    WD_TRY([[maybe_unused]] auto made, to.create(table));
  }
  return keep_keys_forms(to);
}

std::string keys_file_of(const std::string& folder, std::int64_t epoch) {
  return epoch == kFirstEpoch ? folder + "/keys.db"
                              : folder + "/keys-" + std::to_string(epoch) + ".db";
}

std::string epoch_file_of(const std::string& folder) { return folder + "/epoch.key"; }

std::vector<store::TableInfo> keys_tables() {
  return {kPersonKey.info(), kBlindIndex.info(), kNamedKey.info(), kKeysState.info()};
}

Status write_epoch_file(const std::string& file, const crypto::SecretKey& root, std::int64_t number,
                        const crypto::SecretKey& key) {
  auto bytes = epoch_head(number);
  crypto::Random random;
  crypto::Aead aead;
  crypto::Bytes sealed;
  aead.set_key(root.view());
  aead.seal(random, bytes, key.view(), sealed);
  bytes.insert(bytes.end(), sealed.begin(), sealed.end());
  return write_secret_file(file, bytes);
}

std::optional<std::int64_t> number_in_epoch_file(const std::string& file) {
  const auto bytes = read_secret_file(file, kEpochFileBytesMax);
  if (!bytes || bytes->size() != kEpochFileBytes || !begins_with(*bytes, kEpochHeader)) {
    return std::nullopt;
  }
  return number_in(*bytes);
}

Result<std::shared_ptr<Epoch>> read_epoch_file(const std::string& file,
                                               const crypto::SecretKey& root) {
  const auto bytes = read_secret_file(file, kEpochFileBytesMax);
  if (bytes && begins_with(*bytes, kEpochOfAnyForm) && !begins_with(*bytes, kEpochHeader)) {
    return other_version("epoch.key");
  }
  if (!bytes || bytes->size() != kEpochFileBytes) {
    return Error(ErrorCode::keys_missing).because("epoch.key is missing, too open or damaged");
  }
  const auto view = crypto::ByteView(*bytes);
  const auto head = view.first(kEpochHeader.size() + 8);
  crypto::Aead aead;
  aead.set_key(root.view());
  auto plain = aead.open(head, view.subspan(head.size()));
  if (!plain || !begins_with(head, kEpochHeader)) {
    return Error(ErrorCode::keys_mismatch).because("the root does not open epoch.key");
  }
  auto epoch =
      std::make_shared<Epoch>(Epoch{number_in(head), crypto::SecretKey::copy_of(*plain), nullptr});
  crypto::wipe(*plain);
  return epoch;
}

Paths Paths::beside(const std::string& data_folder) {
  auto base = std::filesystem::absolute(data_folder).lexically_normal().string();
  while (base.size() > 1 && base.back() == '/') base.pop_back();
  return {.keys = base + ".keys", .root = base + ".root"};
}

Status check_root(const std::string& keys_folder, const std::string& root_file) {
  WD_TRY(const auto root, read_root(root_file));
  WD_TRY([[maybe_unused]] const auto epoch, read_epoch_file(epoch_file_of(keys_folder), root));
  return ok();
}

Month month_of(UnixMs instant) {
  const auto day = CivilDate::of(instant, ZoneOffset{.minutes_east = 0});
  return day.year() * 12 + static_cast<Month>(day.month()) - 1;
}

std::array<std::uint8_t, 21> person_key_place(const SubjectId& id) {
  constexpr std::uint8_t kPersonKeyMark = 'P';
  return joined(std::array{kPersonKeyMark}, crypto::big_endian(id.district.number),
                id.subject.bytes);
}

std::array<std::uint8_t, 9> named_key_place(KeyName name, Month month) {
  constexpr std::uint8_t kNamedKeyMark = 'N';
  return joined(std::array{kNamedKeyMark}, crypto::big_endian(static_cast<std::int32_t>(name)),
                crypto::big_endian(month));
}

std::array<std::uint8_t, 30> field_place(const SubjectId& id, Field field, std::int64_t version) {
  constexpr std::uint8_t kFieldMark = 'F';
  return joined(std::array{kFieldMark, static_cast<std::uint8_t>(field)},
                crypto::big_endian(id.district.number), id.subject.bytes,
                crypto::big_endian(version));
}

Keyring::Keyring(int lock, Paths paths) : lock_(lock), paths_(std::move(paths)) {}

Keyring::~Keyring() {
  writer_.reset();
  epoch_.reset();
  ::close(lock_);
}

std::shared_ptr<const Epoch> Keyring::epoch() const {
  const std::lock_guard lock(mutex_);
  return epoch_;
}

Result<std::unique_ptr<store::Connection>> Keyring::open_reader(const Epoch& epoch) {
  return epoch.engine->open_reader();
}

void Keyring::take(std::shared_ptr<const Epoch> epoch, std::unique_ptr<store::Connection> writer) {
  writer_ = std::move(writer);
  {
    const std::lock_guard lock(mutex_);
    epoch_ = std::move(epoch);
  }
  ++generation_;
}

Status Keyring::create(const Paths& paths) {
  WD_TRY([[maybe_unused]] auto folder, make_secret_folder(paths.keys));
  WD_TRY(const auto root, make_root(paths));
  crypto::Random random;
  const auto epoch_key = crypto::SecretKey::random();
  WD_TRY([[maybe_unused]] auto written,
         write_epoch_file(epoch_file_of(paths.keys), root, kFirstEpoch, epoch_key));
  return fill_keys_db(paths, epoch_key, random);
}

Result<std::unique_ptr<Keyring>> Keyring::open(const Paths& paths, std::size_t cached_keys) {
  WD_TRY(const auto root, read_root(paths.root));
  if (!is_secret_folder(paths.keys)) {
    return Error(ErrorCode::keys_missing).because("the keys folder must exist with mode 0700");
  }
  const auto lock = lock_file(paths.keys + "/lock");
  if (!lock) return Error(ErrorCode::folder_in_use).because("keys folder");
  std::unique_ptr<Keyring> keyring(new Keyring(*lock, paths));
  WD_TRY(auto epoch, read_epoch_file(epoch_file_of(paths.keys), root));
  WD_TRY([[maybe_unused]] auto loaded, keyring->load(std::move(epoch), cached_keys));
  return keyring;
}

Status Keyring::load(std::shared_ptr<Epoch> epoch, std::size_t cached_keys) {
  const auto file = keys_file_of(paths_.keys, epoch->number);
  if (!std::filesystem::exists(file)) {
    return Error(ErrorCode::keys_missing).because("keys.db is missing");
  }
  WD_TRY([[maybe_unused]] auto swept, remove_other_epochs(paths_.keys, epoch->number));
  WD_TRY(epoch->engine, store::open_sqlite({.path = file, .cache_kib = kKeysCacheKib}));
  epoch_ = epoch;  // outlives the connection, also where something below is refused
  WD_TRY(writer_, epoch->engine->open_writer());
  WD_TRY(const bool is_old, has_old_index(*writer_));
  if (is_old) {
    WD_TRY([[maybe_unused]] auto replaced, replace_old_index(*writer_));
  }
  WD_TRY([[maybe_unused]] auto fits, check_form(*writer_));
  crypto::Aead aead;
  aead.set_key(epoch->key.view());
  std::vector<KeyName> later{KeyName::outbox_box, KeyName::certificate};
  WD_TRY(const bool is_marked, is_index_marked(*writer_));
  if (is_marked) later.push_back(KeyName::blind_index);
  for (const auto name : later) {
    WD_TRY([[maybe_unused]] auto added, add_later_key(name, *writer_, aead));
  }
  for (const auto name : kWithoutMonth) {
    WD_TRY(const auto row,
           store::get(*writer_, kNamedKey, {District{}, static_cast<std::int32_t>(name), 0}));
    auto plain = row ? aead.open(named_key_place(name, 0), row->wrapped) : std::nullopt;
    if (!plain) return Error(ErrorCode::keys_mismatch).because("a named key does not open");
    named_.emplace(name, crypto::SecretKey::copy_of(*plain));
    crypto::wipe(*plain);
  }
  cache_ = std::make_unique<KeyCache>(cached_keys);
  return ok();
}

const crypto::SecretKey& Keyring::named(KeyName name) const {
  const auto found = named_.find(name);
  WD_ASSERT(found != named_.end());
  return found->second;
}

}  // namespace wangdi::vault
