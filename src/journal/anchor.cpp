// SPDX-License-Identifier: Apache-2.0
// The anchor's file.
#include "journal/anchor.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <vector>

#include "base/hex.hpp"
#include "codec/json.hpp"
#include "common/files/files.hpp"
#include "types/list.hpp"

namespace wangdi::journal {
namespace {

using files::file_error;
using files::OpenFile;

constexpr std::int64_t kForm = 1;
constexpr std::size_t kMacChars = 2 * sizeof(Digest);

struct HeadText {
  std::int32_t district = 0;
  std::int64_t sequence = 0;
  std::int64_t commit = 0;
  std::string hash;
};
WD_DESCRIBE(HeadText, district, sequence, commit, hash)
struct AnchorText {
  std::int64_t form = kForm;
  std::int64_t written_at = 0;
  std::int64_t restore = 0;
  List<HeadText, kAnchorDistrictsMax> heads;
};
WD_DESCRIBE(AnchorText, form, written_at, restore, heads)

std::optional<std::string> read_all(const OpenFile& file) {
  std::vector<std::uint8_t> bytes(kAnchorBytesMax + 1);
  const auto size = files::read_some(file, bytes);
  if (!size || *size > kAnchorBytesMax) return std::nullopt;
  return std::string(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(*size));
}

}  // namespace

std::string anchor_text(const Anchor& anchor, crypto::Hmac& mac) {
  AnchorText text{kForm, anchor.written_at, anchor.restore, {}};
  text.heads.items.reserve(anchor.heads.size());
  for (const auto& head : anchor.heads) {
    text.heads.items.push_back({head.position.district.number, head.position.sequence,
                                head.commit_number, to_hex(head.hash)});
  }
  const auto body = codec::encode(text);
  return to_hex(mac.mac({crypto::bytes_of(body)})) + '\n' + body + '\n';
}

std::optional<Anchor> parse_anchor(std::string_view text, crypto::Hmac& mac) {
  if (text.size() < kMacChars + 2 || text[kMacChars] != '\n' || !text.ends_with('\n')) {
    return std::nullopt;
  }
  const auto body = text.substr(kMacChars + 1, text.size() - kMacChars - 2);
  const auto expected = to_hex(mac.mac({crypto::bytes_of(body)}));
  if (!crypto::equal(crypto::bytes_of(expected), crypto::bytes_of(text.substr(0, kMacChars)))) {
    return std::nullopt;
  }
  const auto read = codec::decode<AnchorText>(body, {.bytes = kAnchorBytesMax});
  if (!read || read->form != kForm) return std::nullopt;
  Anchor anchor{read->written_at, read->restore, {}};
  for (const auto& head : read->heads) {
    const auto hash = from_hex(head.hash);
    if (!hash || hash->size() != sizeof(Digest)) return std::nullopt;
    auto& added = anchor.heads.emplace_back();
    added.position = {District{head.district}, head.sequence};
    added.commit_number = head.commit;
    std::ranges::copy(*hash, added.hash.begin());
  }
  return anchor;
}

Status write_anchor(const std::string& path, const Anchor& anchor, crypto::Hmac& mac) {
  const auto beside = path + ".new";
  const auto text = anchor_text(anchor, mac);
  {
    const OpenFile file(
        ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file.is_open()) return file_error("create the anchor");
    WD_TRY([[maybe_unused]] auto written, files::write_all(file, crypto::bytes_of(text)));
    if (::fsync(file.get()) != 0) return file_error("fsync of the anchor");
  }
  if (std::rename(beside.c_str(), path.c_str()) != 0) return file_error("rename the anchor");
  return files::sync_folder_of(path);
}

AnchorFile read_anchor(const std::string& path, crypto::Hmac& mac) {
  const OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open() && errno == ENOENT) return {};
  const auto text = file.is_open() ? read_all(file) : std::nullopt;
  auto anchor = text ? parse_anchor(*text, mac) : std::nullopt;
  if (!anchor) return {AnchorState::damaged, {}};
  return {AnchorState::whole, std::move(*anchor)};
}

}  // namespace wangdi::journal
