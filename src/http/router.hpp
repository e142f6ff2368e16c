// SPDX-License-Identifier: Apache-2.0
// Which handler a request belongs to: exact paths first, then the longest prefix.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "http/http.hpp"

namespace wangdi::http {

struct RouteMatch {
  const Route* route = nullptr;  // null: no such path, or not with this method
  std::string allow;             // methods of the path when only the method does not fit
};

class Router {
 public:
  // Two routes of one path and method are a programmer error and abort.
  void add(Route route);
  // HEAD finds the route of GET.
  RouteMatch find(Method method, std::string_view path) const;

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  using Methods = std::vector<std::unique_ptr<Route>>;
  static RouteMatch among(const Methods& methods, Method method);
  std::unordered_map<std::string, Methods, TextHash, std::equal_to<>> exact_;
  std::vector<std::pair<std::string, Methods>> prefixes_;  // longest first, with the last '/'
};

}  // namespace wangdi::http
