// SPDX-License-Identifier: Apache-2.0
// Command handlers of key groups.
#pragma once

#include "common/bus/context.hpp"
#include "common/bus/events.hpp"
#include "modules/residents/messages.hpp"

namespace wangdi::residents {

Result<bus::Decision> add_key_group(const AddKeyGroup& command, bus::CommandContext& context);
Result<bus::Decision> end_key_group(const EndKeyGroup& command, bus::CommandContext& context);

}  // namespace wangdi::residents
