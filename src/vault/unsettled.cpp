// SPDX-License-Identifier: Apache-2.0
// Each is kind, field, district, subject and enciphered MAC, of fixed width.
#include "vault/unsettled.hpp"

#include <algorithm>

namespace wangdi::vault {
namespace {

constexpr std::size_t kHeadBytes = 22;
constexpr std::size_t kUnsettledBytes = kHeadBytes + std::tuple_size_v<crypto::Block>;
constexpr std::size_t kUnsettledBytesOfBefore = kHeadBytes + 8;

template <class T>
T read_big_endian(crypto::ByteView bytes) {
  std::make_unsigned_t<T> value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value = static_cast<std::make_unsigned_t<T>>(value << 8 | bytes[i]);
  }
  return static_cast<T>(value);
}

void append(store::Bytes& bytes, crypto::ByteView part) {
  bytes.insert(bytes.end(), part.begin(), part.end());
}

}  // namespace

store::Bytes packed(std::span<const Unsettled> all, IndexCipher& index) {
  store::Bytes bytes;
  bytes.reserve(all.size() * kUnsettledBytes);
  for (const auto& one : all) {
    const auto row = index.row_of(one.entry);
    bytes.push_back(static_cast<std::uint8_t>(one.kind));
    bytes.push_back(static_cast<std::uint8_t>(row.kind));
    append(bytes, crypto::big_endian(row.district.number));
    append(bytes, row.subject.bytes);
    append(bytes, row.enciphered);
  }
  return bytes;
}

std::vector<Unsettled> unpacked(const store::Bytes& bytes, IndexCipher& index) {
  std::vector<Unsettled> all;
  for (std::size_t at = 0; at + kUnsettledBytes <= bytes.size(); at += kUnsettledBytes) {
    const auto part = crypto::ByteView(bytes).subspan(at, kUnsettledBytes);
    BlindIndexRow row;
    row.kind = static_cast<Field>(part[1]);
    row.district.number = read_big_endian<std::int32_t>(part.subspan(2));
    std::ranges::copy(part.subspan(6, 16), row.subject.bytes.begin());
    std::ranges::copy(part.subspan(kHeadBytes), row.enciphered.begin());
    all.push_back({static_cast<UnsettledKind>(part[0]), index.entry_of(row)});
  }
  return all;
}

store::Bytes repacked_without_index(const store::Bytes& of_before) {
  store::Bytes bytes;
  for (std::size_t at = 0; at + kUnsettledBytesOfBefore <= of_before.size();
       at += kUnsettledBytesOfBefore) {
    const auto head = crypto::ByteView(of_before).subspan(at, kHeadBytes);
    if (static_cast<UnsettledKind>(head[0]) == UnsettledKind::index) continue;
    append(bytes, head);
    append(bytes, crypto::Block{});
  }
  return bytes;
}

}  // namespace wangdi::vault
