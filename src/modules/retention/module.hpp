// SPDX-License-Identifier: Apache-2.0
// Retention 保存与销毁: rules of how long, destruction of what is over, certificates of it.
#pragma once

#include <string>

#include "common/bus/registry.hpp"

namespace wangdi::retention {
struct ModuleParts {
  std::string public_key = {};  // PEM, of the key that signs certificates
};
void register_module(bus::Registry& registry, const ModuleParts& parts);
}  // namespace wangdi::retention
