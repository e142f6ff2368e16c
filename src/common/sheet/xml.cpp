// SPDX-License-Identifier: Apache-2.0
// The events come from expat.
#include "common/sheet/xml.hpp"

#include <expat.h>

#include <charconv>
#include <memory>

#include "common/sheet/source.hpp"

namespace wangdi::sheet {
namespace {

constexpr int kChunkBytes = 64 << 10;
constexpr std::int64_t kTokenBytes = 256 << 10;  // a tag, a comment: text is handed on in pieces
constexpr int kDepth = 64;
constexpr std::size_t kNameBytes = 256;
constexpr std::size_t kDifferentNames = 512;

std::string_view local_name(const char* name) {
  const std::string_view whole(name);
  const auto colon = whole.rfind(':');
  return colon == std::string_view::npos ? whole : whole.substr(colon + 1);
}

// Counts the different names of elements and attributes. One-letter names, the bulk of a sheet, are
// let through unseen: there are few of them.
class NameSet {
 public:
  bool admit(std::string_view name) {
    if (name.size() == 1) return true;
    if (name.size() > kNameBytes) return false;
    std::uint64_t hash = 0xCBF29CE484222325ull;
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ull;
    if (hash == 0) hash = 1;
    for (std::size_t at = hash % slots_.size();; at = (at + 1) % slots_.size()) {
      if (slots_[at] == hash) return true;
      if (slots_[at] != 0) continue;
      slots_[at] = hash;
      return ++count_ <= kDifferentNames;
    }
  }

 private:
  std::array<std::uint64_t, 2 * kDifferentNames> slots_{};
  std::size_t count_ = 0;
};

struct Parsing {
  XML_Parser parser = nullptr;
  XmlHandler* handler = nullptr;
  std::string_view part_name;
  NameSet names{};
  int depth = 0;

  void refuse(Error error) {
    handler->fail(std::move(error));
    XML_StopParser(parser, XML_FALSE);
  }
  void halt_if_over() {
    if (handler->is_over()) XML_StopParser(parser, XML_FALSE);
  }
};

void on_start(void* user, const XML_Char* name, const XML_Char** attributes) {
  auto& parsing = *static_cast<Parsing*>(user);
  if (parsing.handler->is_over()) return;
  bool admitted = ++parsing.depth <= kDepth && parsing.names.admit(name);
  for (auto** attribute = attributes; admitted && *attribute != nullptr; attribute += 2) {
    admitted = parsing.names.admit(*attribute);
  }
  if (!admitted) return parsing.refuse(damaged(std::string(parsing.part_name)));
  parsing.handler->start(local_name(name), Attributes(attributes));
  parsing.halt_if_over();
}

void on_end(void* user, const XML_Char* name) {
  auto& parsing = *static_cast<Parsing*>(user);
  if (parsing.handler->is_over()) return;
  --parsing.depth;
  parsing.handler->end(local_name(name));
  parsing.halt_if_over();
}

void on_text(void* user, const XML_Char* text, int size) {
  auto& parsing = *static_cast<Parsing*>(user);
  if (parsing.handler->is_over()) return;
  parsing.handler->text({text, static_cast<std::size_t>(size)});
  parsing.halt_if_over();
}

void on_document_type(void* user, const XML_Char*, const XML_Char*, const XML_Char*, int) {
  auto& parsing = *static_cast<Parsing*>(user);
  if (parsing.handler->is_over()) return;
  parsing.refuse(Error(ErrorCode::file_forbidden_part).with("what", "DTD"));
}

}  // namespace

std::optional<std::string_view> Attributes::find(std::string_view name) const {
  for (auto** attribute = list_; *attribute != nullptr; attribute += 2) {
    if (local_name(attribute[0]) == name) return std::string_view(attribute[1]);
  }
  return std::nullopt;
}

std::optional<std::uint32_t> Attributes::number(std::string_view name) const {
  const auto text = find(name);
  if (!text) return std::nullopt;
  std::uint32_t value = 0;
  const auto [end, fault] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (fault != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  return value;
}

bool Attributes::is_true(std::string_view name) const {
  const auto text = find(name);
  return text && (*text == "1" || *text == "true");
}

Status read_xml(Archive& archive, const Part& part, XmlHandler& handler) {
  const std::unique_ptr<XML_ParserStruct, decltype(&XML_ParserFree)> parser(
      XML_ParserCreate(nullptr), &XML_ParserFree);
  if (!parser) return Error(ErrorCode::internal).because("no memory for the XML parser");
  Parsing parsing{.parser = parser.get(), .handler = &handler, .part_name = part.name};
  XML_SetUserData(parser.get(), &parsing);
  XML_SetElementHandler(parser.get(), &on_start, &on_end);
  XML_SetCharacterDataHandler(parser.get(), &on_text);
  XML_SetStartDoctypeDeclHandler(parser.get(), &on_document_type);

  WD_TRY(auto reader, archive.read(part));
  std::int64_t fed = 0;
  for (bool last = false; !last;) {
    void* buffer = XML_GetBuffer(parser.get(), kChunkBytes);
    if (buffer == nullptr) return damaged(part.name);
    WD_TRY(const auto count, reader.read({static_cast<char*>(buffer), kChunkBytes}));
    last = count < kChunkBytes;
    fed += static_cast<std::int64_t>(count);
    const auto outcome = XML_ParseBuffer(parser.get(), static_cast<int>(count), last);
    if (handler.error()) return *std::move(handler.error());
    if (handler.is_over()) return ok();
    if (outcome != XML_STATUS_OK) return damaged(part.name);
    if (fed - XML_GetCurrentByteIndex(parser.get()) > kTokenBytes) return damaged(part.name);
  }
  return ok();
}

}  // namespace wangdi::sheet
