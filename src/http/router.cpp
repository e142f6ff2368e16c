// SPDX-License-Identifier: Apache-2.0
// The route table.
#include "http/router.hpp"

#include <algorithm>

namespace wangdi::http {

void Router::add(Route route) {
  WD_ASSERT(route.path.starts_with('/') && route.handler);
  Methods* methods = nullptr;
  if (route.path.ends_with("/*")) {
    const auto prefix = route.path.substr(0, route.path.size() - 1);
    auto found = std::ranges::find(prefixes_, prefix, &std::pair<std::string, Methods>::first);
    if (found == prefixes_.end()) {
      found = std::ranges::find_if(
          prefixes_, [&](const auto& other) { return other.first.size() < prefix.size(); });
      found = prefixes_.emplace(found, prefix, Methods{});
    }
    methods = &found->second;
  } else {
    methods = &exact_[route.path];
  }
  WD_ASSERT(among(*methods, route.method).route == nullptr);
  methods->push_back(std::make_unique<Route>(std::move(route)));
}

RouteMatch Router::among(const Methods& methods, Method method) {
  const auto wanted = method == Method::head ? Method::get : method;
  RouteMatch match;
  for (const auto& route : methods) {
    if (route->method == wanted) {
      match.route = route.get();
      return match;
    }
  }
  for (const auto& route : methods) {
    if (!match.allow.empty()) match.allow.append(", ");
    match.allow.append(method_name(route->method));
    if (route->method == Method::get) match.allow.append(", HEAD");
  }
  return match;
}

RouteMatch Router::find(Method method, std::string_view path) const {
  if (const auto found = exact_.find(path); found != exact_.end()) {
    return among(found->second, method);
  }
  for (const auto& [prefix, methods] : prefixes_) {
    if (path.starts_with(prefix)) return among(methods, method);
  }
  return {};
}

}  // namespace wangdi::http
