// SPDX-License-Identifier: Apache-2.0
// The envelope around commands and their results: what POST /api/v1/commands takes and gives.
#pragma once

#include <optional>
#include <string>

#include "base/limits.hpp"
#include "codec/describe.hpp"
#include "codec/json.hpp"
#include "types/list.hpp"
#include "types/text.hpp"

namespace wangdi::bus {

// (district, sequence) of a journal record, as clients see it.
struct PositionView {
  std::int32_t district = 0;
  std::int64_t sequence = 0;
};
WD_STRUCT(PositionView, (district, "区县", "District", "", "journal"),
          (sequence, "序号", "Sequence", "", "journal"))

// A position a client was answered with, and the server's receipt for it.
struct SeenPosition {
  std::int32_t district = 0;
  std::int64_t sequence = 0;
  std::optional<std::string> receipt;
};
WD_STRUCT(SeenPosition, (district, "区县", "District", "", "journal"),
          (sequence, "序号", "Sequence", "", "journal"),
          (receipt, "回执", "Receipt", "", "journal"))

struct CommandEnvelope {
  CommandId id;
  Text<64> type;
  RegionCode region;
  std::int64_t occurred_at = 0;
  std::optional<std::int64_t> skew_ms;
  std::int64_t device_sequence = 0;
  std::optional<PositionView> base_position;
  std::optional<codec::RawJson> body;  // this or `sealed`, never both
  std::optional<std::string> sealed;   // base64url of a SealedContent in a box (common/crypto)
};
WD_STRUCT(CommandEnvelope, (id, "命令编号", "Command id", "", "journal"),
          (type, "命令", "Command type", "", "journal"), (region, "区划", "Region", "", "access"),
          (occurred_at, "发生时间", "Occurred at", "unix_ms", "journal"),
          (skew_ms, "钟差", "Measured skew, server minus device", "ms", "journal"),
          (device_sequence, "设备序号", "Device sequence", "", "journal"),
          (base_position, "依据位置", "Base position", "", "journal"),
          (body, "内容", "Body", "", "journal"),
          (sealed, "封存的内容", "Sealed body", "", "journal"))

// What a phone seals. The box is bound to its envelope: id, type and region of the command and the
// account that gives it, each on a line of its own (sealed_place).
struct SealedContent {
  codec::RawJson body;
};
WD_STRUCT(SealedContent, (body, "内容", "Body", "", "journal"))

struct CommandBatch {
  DeviceId device;
  List<SeenPosition, 200> seen;
  List<CommandEnvelope, limits::kCommandsPerBatch> commands;
};
WD_STRUCT(CommandBatch, (device, "设备", "Device", "", "journal"),
          (seen, "已知位置", "Seen positions", "", "journal"),
          (commands, "命令", "Commands", "", "journal"))

enum class CommandStatus : std::uint8_t {
  applied = 1,
  duplicate = 2,  // this id was applied before: the first answer again
  conflict = 3,   // nothing recorded; may be sent again
  held = 4,       // recorded for review: rights changed meanwhile, or a second person has to agree
  refused = 5,    // nothing recorded; may be sent again
};
WD_ENUM(CommandStatus, (applied, "已保存", "Applied"), (duplicate, "已保存过", "Duplicate"),
        (conflict, "两边不一样", "Conflict"), (held, "待核对", "Held for review"),
        (refused, "没有保存", "Refused"))

// A field that someone else changed since `base_position`. Values are those the reader may see.
struct FieldConflict {
  std::string field;
  std::optional<std::string> base;
  std::optional<std::string> theirs;
  std::string who;  // display name of the other writer
  std::int64_t at = 0;
};
WD_STRUCT(FieldConflict, (field, "哪一项", "Field", "", "journal"),
          (base, "原来", "Base", "", "journal"), (theirs, "对方改成", "Theirs", "", "journal"),
          (who, "谁改的", "Who", "", "journal"), (at, "什么时候", "When", "unix_ms", "journal"))

struct CommandResult {
  CommandId id;
  CommandStatus status = CommandStatus::refused;
  std::optional<PositionView> position;
  std::optional<std::string> receipt;
  std::optional<codec::RawJson> answer;
  std::optional<codec::RawJson> problem;
  List<FieldConflict, 64> conflict;
};
WD_STRUCT(CommandResult, (id, "命令编号", "Command id", "", "journal"),
          (status, "结果", "Status", "", "journal"), (position, "位置", "Position", "", "journal"),
          (receipt, "回执", "Receipt", "", "journal"), (answer, "回答", "Answer", "", "journal"),
          (problem, "问题", "Problem", "", "journal"),
          (conflict, "不一样的地方", "Conflicts", "", "journal"))

// `resend`: the server was restored from a backup and lost what it answered after this position of
// a district; the client sends again, under the old ids, what it keeps of it.
struct CommandBatchResult {
  List<CommandResult, limits::kCommandsPerBatch> results;
  List<PositionView, 200> resend;
  std::int64_t server_time = 0;
};
WD_STRUCT(CommandBatchResult, (results, "结果", "Results", "", "journal"),
          (resend, "要重传", "To be sent again", "", "journal"),
          (server_time, "服务器时间", "Server time", "unix_ms", "journal"))

}  // namespace wangdi::bus
