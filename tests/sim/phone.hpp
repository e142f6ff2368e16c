// SPDX-License-Identifier: Apache-2.0
// A phone with one worker: the rows of web/src/outbox/outbox.ts, what its app does with them as in
// web/src/outbox/sync.ts, and the measured skew of web/src/api/clock.ts. Rows, claims and skew are
// on its disk and survive; the session and what is on its way are gone when the app is closed.
#pragma once

#include <list>
#include <optional>
#include <string>

#include "tests/sim/chance.hpp"
#include "tests/sim/outbox.hpp"

namespace wangdi::sim {

// What leaves a phone. `number` tells its answer from one the phone no longer waits for.
struct Request {
  enum class Kind : std::uint8_t { log_in, look, commands };
  Kind kind = Kind::look;
  std::size_t phone = 0;
  std::uint64_t number = 0;
  std::uint64_t token = 0;  // of the session
  std::string body;
};
struct Reply {
  std::uint64_t number = 0;
  Failure failure;  // status 200: all is well
  std::string body;
  std::uint64_t token = 0;       // of a log-in
  std::int64_t server_time = 0;  // 0 when the answer has none
};

struct Saving {
  std::string type;
  std::string body;
  RegionCode region;
  std::string subject;
  bool creates = false;
  bool undo = false;
  std::optional<bus::PositionView> base_position;
};

class Phone {
 public:
  Phone(std::size_t index, AccountId account, DeviceId device)
      : index_(index), account_(account), device_(device) {}

  const Row& save(const Saving& saving, std::int64_t now, Chance& chance);
  // True when the row was taken back before anything of it left the phone.
  bool undo(CommandId id);
  // The worker has read a conflict, a refusal or what is held.
  void settle(CommandId id);
  void network_is_back();       // the browser's event 'online'
  void look(std::int64_t now);  // the worker opens a screen
  void close_app();
  void prune(std::int64_t now);

  // What is to be sent now, if anything; nothing while an answer is waited for.
  std::optional<Request> send(std::int64_t now);
  void take(const Reply& reply, std::int64_t now, Chance& chance);
  // Gives up waiting when the time is over.
  void time_out(std::int64_t now, Chance& chance);

  std::size_t index() const { return index_; }
  AccountId account() const { return account_; }
  const std::list<Row>& rows() const { return rows_; }
  const Claims& claims() const { return claims_; }
  // When something is due on this phone's clock; nothing when it only waits for its worker.
  std::optional<std::int64_t> wake_at() const;
  bool must_log_in() const { return token_ == 0; }
  bool waits_for_answer() const { return in_hand_.has_value(); }

 private:
  enum class Doing : std::uint8_t { logging_in, looking, asking, sending };
  struct InHand {
    Doing doing;
    std::uint64_t number = 0;
    std::int64_t sent_at = 0;
    std::vector<Row*> rows;
    Claims seen;
  };

  Request request(Request::Kind kind, Doing doing, std::int64_t now);
  Request batch_of(const std::vector<Row*>& rows, Doing doing, std::int64_t now);
  void take_batch(const InHand& in_hand, const Reply& reply, std::int64_t now, Chance& chance);
  void measure(const InHand& in_hand, const Reply& reply, std::int64_t now);
  std::vector<Row*> open_rows();
  Row* find(CommandId id);

  std::size_t index_;
  AccountId account_;
  DeviceId device_;
  std::list<Row> rows_;
  Claims claims_;
  std::optional<std::int64_t> skew_ms_;
  std::int64_t sequence_ = 0;

  std::uint64_t token_ = 0;
  bool has_asked_ = false;  // the server answered its claims since the log-in
  bool asks_now_ = true;    // once in a round, before its rows
  int unanswered_ = 0;
  bool wants_to_look_ = false;
  std::optional<std::int64_t> wake_at_;
  std::optional<InHand> in_hand_;
  std::uint64_t requests_ = 0;
};

}  // namespace wangdi::sim
