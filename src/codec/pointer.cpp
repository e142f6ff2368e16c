// SPDX-License-Identifier: Apache-2.0
// JSON pointers of a document's nodes. Only errors need them, so they are worked out on demand.
#include <algorithm>

#include "codec/document.hpp"

namespace wangdi::codec {
namespace {
constexpr std::size_t kMemberNameMost = 40;

bool is_member_name(std::string_view key) {
  if (key.empty() || key.size() > kMemberNameMost || key[0] < 'a' || key[0] > 'z') return false;
  return std::ranges::all_of(
      key, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}
}  // namespace

std::string pointer_step(std::string_view key) {
  if (!is_member_name(key)) return {};
  std::string step("/");
  return step.append(key);
}

std::string Document::pointer(NodeIndex index) const {
  std::vector<NodeIndex> path;  // from the node up; no longer than the depth limit
  for (auto at = index; at != 0; at = nodes_[at].parent) path.push_back(at);
  std::string pointer;
  for (auto at = path.rbegin(); at != path.rend(); ++at) {
    const auto parent = nodes_[*at].parent;
    if (nodes_[parent].kind == Kind::array) {
      std::size_t ordinal = 0;
      for (auto sibling = parent + 1; sibling != *at; ++ordinal) sibling = nodes_[sibling].next;
      pointer.append("/").append(std::to_string(ordinal));
      continue;
    }
    const auto step = pointer_step(nodes_[*at].key);
    if (step.empty()) return pointer;
    pointer.append(step);
  }
  return pointer;
}

std::string Document::pointer(NodeIndex object, std::string_view member) const {
  return pointer(object) + pointer_step(member);
}

}  // namespace wangdi::codec
