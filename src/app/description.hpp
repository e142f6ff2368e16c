// SPDX-License-Identifier: Apache-2.0
// The OpenAPI document of everything that is registered plus the routes around it: what
// `wangdi openapi` prints, /openapi.json serves and the web's types are generated from.
#pragma once

#include <string>

#include "common/bus/registry.hpp"

namespace wangdi::app {

std::string api_description(const bus::Registry& registry);

}  // namespace wangdi::app
