// SPDX-License-Identifier: Apache-2.0
// Any bytes as a file that is believed only when it was made under this installation's keys: the
// anchor and the backup. As they are, with one place changed, and as the text under a right seal:
// who holds the keys may still be an older or a later version.
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "app/backup_file.hpp"
#include "app/unpack.hpp"
#include "base/hex.hpp"
#include "fuzz/support.hpp"
#include "journal/anchor.hpp"

namespace {

namespace fs = std::filesystem;
using namespace wangdi;
using fuzz::require;

constexpr std::size_t kFileBytesMax = 1 << 20;

// A folder for what is unpacked, in memory where the machine has that; it goes with the process.
class Scratch {
 public:
  Scratch()
      : folder_((fs::exists("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path()) /
                ("wangdi_fuzz_" + std::to_string(::getpid()))) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    std::ofstream(root()) << std::string(crypto::kKeyBytes, 'k');
    ::chmod(root().c_str(), 0400);
  }
  ~Scratch() {
    std::error_code failed;
    fs::remove_all(folder_, failed);
  }
  std::string root() const { return (folder_ / "root").string(); }
  std::string at(const char* name) const { return (folder_ / name).string(); }
  // An empty place to unpack into, with a neighbour that must stay as it is.
  app::UnpackTo place() const {
    fs::remove_all(folder_ / "in");
    fs::create_directories(folder_ / "in/data/files");
    return {at("in/data"), at("in/data/wangdi.db"), at("in/data/files")};
  }
  void check_neighbours() const {
    require(std::distance(fs::directory_iterator(folder_ / "in"), {}) == 1);
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / "in")) {
      require(!entry.is_symlink());
    }
  }

 private:
  fs::path folder_;
};
const Scratch& scratch() {
  static const Scratch made;
  return made;
}

crypto::Hmac anchor_mac() { return crypto::Hmac(crypto::bytes_of(std::string(32, 'a'))); }

void anchor(std::string_view bytes) {
  auto mac = anchor_mac();
  require(!journal::parse_anchor(bytes, mac));  // a seal by chance is none
  const auto sealed = to_hex(mac.mac({crypto::bytes_of(bytes)})) + '\n' + std::string(bytes) + '\n';
  const auto read = journal::parse_anchor(sealed, mac);
  if (!read) return;
  require(read->heads.size() <= journal::kAnchorDistrictsMax);
  const auto text = journal::anchor_text(*read, mac);
  const auto again = journal::parse_anchor(text, mac);
  require(again.has_value() && *again == *read);
  // One bit of it is another file.
  auto changed = text;
  changed[bytes.size() % changed.size()] ^= 1;
  require(!journal::parse_anchor(changed, mac));
}

// What stands in a backup of this text.
std::string backup_of(std::string_view text) {
  const auto path = scratch().at("backup");
  fs::remove(path);
  auto writer = app::BackupWriter::create(path, scratch().root(), Uuid{{1}});
  require(writer && writer->write(crypto::bytes_of(text)) && writer->finish());
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

struct Unpacked {
  bool opened = false;
  bool whole = false;
};
Unpacked unpack(std::string_view file) {
  const fuzz::MemoryFile memory(file);
  auto reader = app::BackupReader::open(memory.path(), scratch().root());
  if (!reader) return {};
  const auto manifest = app::read_manifest(*reader);
  if (!manifest) return {true, false};
  const auto to = scratch().place();
  const auto files = app::unpack(*reader, *manifest, to);
  scratch().check_neighbours();
  if (!files) return {true, false};
  require(fs::file_size(to.database) == static_cast<std::uint64_t>(manifest->database_bytes));
  return {true, true};
}

// The file as it comes: nobody else can make one.
void backup_raw(std::string_view bytes) {
  constexpr std::string_view kMagic = "WANGDI-BACKUP-1\n";
  require(!unpack(std::string(kMagic) + std::string(bytes)).whole);
}

// A good backup with one byte changed, cut off, or with more behind it.
void backup_changed(std::string_view bytes) {
  if (bytes.size() < 3) return;
  static const std::string good = [] {
    const std::string_view manifest =
        R"({"form":1,"version":"0","made_at":0,"demo":false,"records":0,)"
        R"("database_bytes":2,"heads":[]})";
    std::string text(3, '\0');
    text += static_cast<char>(manifest.size());
    text.append(manifest).append("db");
    text.append({0, 0, 0, 1}).append("f").append(7, '\0').append("\x01").append("x");
    return backup_of(text.append(4, '\0'));
  }();
  require(unpack(good).whole);
  const auto place =
      (static_cast<std::uint8_t>(bytes[0]) << 8 | static_cast<std::uint8_t>(bytes[1]));
  const auto at = static_cast<std::size_t>(place) % good.size();
  auto changed = good;
  changed[at] = bytes[2];
  require(unpack(changed).whole == (changed == good));
  require(!unpack(std::string_view(good).substr(0, at)).whole);
  require(!unpack(good + std::string(bytes)).whole);
}

// Under a right seal: manifest, names and sizes of files.
void backup_sealed(std::string_view bytes) {
  if (bytes.size() <= kFileBytesMax) require(unpack(backup_of(bytes)).opened);
}

constexpr fuzz::Parse kParsers[] = {anchor, backup_raw, backup_changed, backup_sealed};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::parse_one_of(kParsers, data, size);
  return 0;
}
