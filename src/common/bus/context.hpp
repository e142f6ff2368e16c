// SPDX-License-Identifier: Apache-2.0
// What command and query handlers are given. Rules themselves are pure and get none of this: a
// handler loads state and facts, then calls them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "access/role.hpp"
#include "common/bus/messages.hpp"
#include "journal/record.hpp"
#include "store/rows.hpp"

namespace wangdi {
class Parameters;
namespace vault {
class Writer;
class Reader;
}  // namespace vault
}  // namespace wangdi

namespace wangdi::bus {

struct CommandContext {
  store::Rows& rows;
  vault::Writer& vault;
  const Parameters& parameters;
  const access::Actor& actor;
  CommandId id;
  RegionCode region;  // as the sender claims; checked against the subject's own
  UnixMs now = 0;
  UnixMs occurred_at = 0;  // corrected, never after now
  CivilDate day;           // of occurred_at
  CivilDate today;         // of now
  ZoneOffset zone;
  std::optional<journal::Position> base_position;

  // A catalogued statement inside the write transaction; sees what the batch changed so far.
  template <class Row, class... Args>
  Result<std::vector<Row>> select(const store::Statement& statement, const Args&... args) {
    WD_TRY([[maybe_unused]] auto flushed, rows.flush());
    return store::select<Row>(rows.connection(), statement, args...);
  }
};

// Where a command says, before its batch runs on a database server, which rows it will read: each
// would be a round trip of its own. It is asked again when what it wanted is there, a few times.
struct Foresight {
  store::Rows& rows;  // want and want_list only
  RegionCode region;  // as the sender claims
  CivilDate day;      // of when it happened
};

// One command ready for the writer: decoded on the network thread, or made by an import.
struct PreparedCommand {
  CommandId id;
  std::string type;
  RegionCode region;
  UnixMs occurred_at = 0;
  std::int64_t skew_ms = 0;
  bool skew_measured = false;
  std::int64_t device_sequence = 0;
  std::optional<journal::Position> base_position;
  std::string body;                   // as sent: repeats are compared by its MAC
  std::shared_ptr<const void> value;  // the decoded command struct
};

// What became of one command.
struct Outcome {
  CommandId id;
  CommandStatus status = CommandStatus::refused;
  std::optional<journal::Position> position;
  std::optional<std::string> answer;
  std::optional<Error> error;
  std::vector<FieldConflict> conflicts;
};

// Sends commands through the one door and waits: for worker threads (imports), never for the
// network thread. Errors: queue_full, shutting_down, storage failures.
class CommandSender {
 public:
  virtual ~CommandSender() = default;
  virtual Result<std::vector<Outcome>> send(const access::Actor& actor,
                                            std::vector<PreparedCommand> commands) = 0;
};

struct QueryContext {
  store::Connection& db;  // read-only snapshot with the query budget set
  vault::Reader& vault;
  const Parameters& parameters;
  const access::Actor& actor;
  CommandSender& commands;
  UnixMs now = 0;
  CivilDate today;
  ZoneOffset zone;
  std::string language;  // "zh" or "en"
};

// What a query gives back. JSON unless a file.
struct Answer {
  std::string bytes;
  std::string content_type = "application/json";
  std::string file_name;  // a download when not empty
  int status = 200;
};

}  // namespace wangdi::bus
