// SPDX-License-Identifier: Apache-2.0
// Where modules say what they have: tables, commands, events, projections, queries. Roles and scope
// of an operation are declared here, at its registration, and nowhere else; an operation without
// them keeps the program from starting.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "codec/json.hpp"
#include "common/bus/context.hpp"
#include "common/bus/events.hpp"
#include "vault/access_log.hpp"

namespace wangdi::bus {

struct CommandType {
  std::string_view name;
  access::Roles roles;
  std::string summary_zh, summary_en;
  std::function<Result<std::shared_ptr<const void>>(std::string_view body)> decode;
  // The region of the command's subject as stored (for something new: where it will stand).
  std::function<Result<RegionCode>(const void*, CommandContext&)> region_of;
  std::function<Result<Decision>(const void*, CommandContext&)> decide;
  std::function<void(const void*, const Foresight&)> foresee;  // may be empty
  bool writes_nation = false;  // also rows of the nation's district, beside those of its own
  std::optional<access::TokenUse> token_use;  // nothing: no token may send it
  bool needs_fresh_proof = false;  // shown a short time ago who is there (security.md SE5)
  const codec::TypeInfo* body = nullptr;
};

struct EventType {
  std::string_view name;
  int version = 1;
  std::function<Result<std::shared_ptr<const void>>(std::string_view body)> decode;
  std::vector<std::function<void(const void*, const Recorded&, store::Rows&)>> projections;
};

enum class QueryMethod : std::uint8_t { get, post };

struct QueryInput {
  std::string_view query;  // URL part, without '?'
  std::string_view body;
  std::string_view content_type;
};

struct QueryType {
  QueryMethod method = QueryMethod::get;
  std::string path;  // below /api/v1/
  access::Roles roles;
  std::string summary_zh, summary_en;
  std::size_t body_bytes_max = limits::kJsonBodyBytes;
  bool takes_file = false;
  bool gives_file = false;
  std::string_view file_media;  // of the file it gives; empty for a workbook
  bool logged = false;
  bool needs_fresh_proof = false;  // shown a short time ago who is there (security.md SE5)
  std::optional<access::TokenUse> token_use;  // nothing: no token may ask it
  std::function<Result<Answer>(const QueryInput&, QueryContext&)> run;
  // Set when `logged`: what to write before run is called. Role and scope are judged here too.
  std::function<Result<vault::AccessEntry>(const QueryInput&, QueryContext&)> note;
  const codec::TypeInfo* params = nullptr;
  const codec::TypeInfo* view = nullptr;  // nullptr when it gives a file
};

template <class Command>
struct CommandRules {
  access::Roles roles;
  std::function<Result<RegionCode>(const Command&, CommandContext&)> region_of;
  std::string summary_zh, summary_en;
  // What it will read; only saves time, so that it may say too much or too little.
  std::function<void(const Command&, const Foresight&)> foresee = nullptr;
  // It also writes rows of the nation's district: nobody else has that one meanwhile.
  bool writes_nation = false;
  // Set for what a program may send with an API token of that use.
  std::optional<access::TokenUse> token_use = {};
  // Set for what opens a way in or takes much away: the sender has shown who they are.
  bool needs_fresh_proof = false;
};

template <class Params>
struct QueryRules {
  QueryMethod method = QueryMethod::get;
  std::string path;
  access::Roles roles;
  std::function<Result<RegionCode>(const Params&, QueryContext&)> region_of;
  std::string summary_zh, summary_en;
  // Set for a read that must be known to the person it is about: written before data leave.
  std::function<Result<vault::AccessEntry>(const Params&, QueryContext&)> note = nullptr;
  // What a ready Answer holds when it is JSON, for the API description.
  const codec::TypeInfo* view = nullptr;
  // Set for what takes much away at once: who asks has shown a short time ago who they are.
  bool needs_fresh_proof = false;
  // Set for what a program may ask with an API token of that use.
  std::optional<access::TokenUse> token_use = {};
  // Of a file that is no workbook, for the API description.
  std::string_view file_media = {};
};

// Whether the actor may do this kind of thing anywhere. A token does what it was made for, and
// nothing that does not say so.
inline bool is_for(const access::Actor& actor, access::Roles roles,
                   std::optional<access::TokenUse> token_use) {
  if (!roles.contains(actor.role)) return false;
  return !actor.token || (token_use && actor.token->uses.contains(*token_use));
}

// The scope rule, stated once: inside the actor's subtree, else as if not there.
inline Status within(const access::Actor& actor, access::Roles roles, const RegionCode& region,
                     std::optional<access::TokenUse> token_use = {}) {
  if (!is_for(actor, roles, token_use) || !actor.region.contains(region)) {
    return Error(ErrorCode::not_found);
  }
  return ok();
}

class Registry {
 public:
  template <class Row, std::size_t K>
  void table(const store::Table<Row, K>& table) {
    tables_.push_back(table.info());
  }

  template <class Command>
  void command(CommandRules<Command> rules,
               std::function<Result<Decision>(const Command&, CommandContext&)> decide);

  template <class Event>
  void event();

  // Called for each event of the type, live and in a rebuild. It must depend on the event, the
  // frame and its own tables only; what it captures must be there in a rebuild too.
  template <class Event>
  void project(std::function<void(const Event&, const Recorded&, store::Rows&)> apply);

  // GET: Params from the URL. POST: Params from the JSON body.
  template <class Params, class View>
  void query(QueryRules<Params> rules,
             std::function<Result<View>(const Params&, QueryContext&)> run);
  // The same, giving a file or another ready answer.
  template <class Params>
  void file_query(QueryRules<Params> rules,
                  std::function<Result<Answer>(const Params&, QueryContext&)> run);
  // POST with Params in the URL and a file as the body.
  template <class Params, class View>
  void upload(QueryRules<Params> rules,
              std::function<Result<View>(const Params&, std::string_view file, QueryContext&)> run);

  // For what a module keeps of a person under keys of its own, in the same district: it goes in the
  // batch in which the person is erased.
  using WithPerson = std::function<Status(PersonId, CommandContext&)>;
  void erase_with_person(WithPerson erase) { with_person_.push_back(std::move(erase)); }
  Status erase_what_else(PersonId person, CommandContext& context) const;

  // Every operation has roles and a scope, every event a decoder; aborts with the name otherwise.
  void check() const;

  const std::vector<store::TableInfo>& tables() const { return tables_; }
  const std::map<std::string, CommandType, std::less<>>& commands() const { return commands_; }
  const std::map<std::pair<std::string, int>, EventType>& events() const { return events_; }
  const std::vector<QueryType>& queries() const { return queries_; }
  const CommandType* find_command(std::string_view name) const;
  const EventType* find_event(std::string_view name, int version) const;

 private:
  enum class Takes : std::uint8_t { no_file, file };
  template <class Params>
  QueryType& add_query(const QueryRules<Params>& rules, Takes takes);

  std::vector<store::TableInfo> tables_;
  std::map<std::string, CommandType, std::less<>> commands_;
  std::map<std::pair<std::string, int>, EventType> events_;
  std::vector<QueryType> queries_;
  std::vector<WithPerson> with_person_;
};

namespace detail {

template <class T>
Result<std::shared_ptr<const void>> decode_erased(std::string_view body) {
  WD_TRY(auto value, codec::decode<T>(body));
  return std::shared_ptr<const void>(std::make_shared<const T>(std::move(value)));
}

template <class Params>
Result<Params> params_of(QueryMethod method, bool takes_file, const QueryInput& input) {
  const bool from_url = method == QueryMethod::get || takes_file;
  if constexpr (codec::detail::is_flat(codec::kType<Params>)) {
    if (from_url) return codec::decode_query<Params>(input.query);
  }
  WD_ASSERT(!from_url);  // a URL holds single values only
  return codec::decode<Params>(input.body);
}

template <class Params>
Result<Params> admitted(const QueryRules<Params>& rules, bool takes_file, const QueryInput& input,
                        QueryContext& context) {
  // The role is judged before the parameters are read, so that a stranger learns nothing.
  if (!is_for(context.actor, rules.roles, rules.token_use)) return Error(ErrorCode::not_found);
  WD_TRY(auto params, params_of<Params>(rules.method, takes_file, input));
  WD_TRY(const auto region, rules.region_of(params, context));
  WD_TRY([[maybe_unused]] auto scope, within(context.actor, rules.roles, region, rules.token_use));
  return params;
}

}  // namespace detail

template <class Command>
void Registry::command(CommandRules<Command> rules,
                       std::function<Result<Decision>(const Command&, CommandContext&)> decide) {
  CommandType type;
  type.name = Command::kType;
  type.roles = rules.roles;
  type.summary_zh = rules.summary_zh;
  type.summary_en = rules.summary_en;
  type.decode = detail::decode_erased<Command>;
  if (rules.region_of) {
    type.region_of = [region_of = rules.region_of](const void* command, CommandContext& context) {
      return region_of(*static_cast<const Command*>(command), context);
    };
  }
  type.decide = [decide = std::move(decide)](const void* command, CommandContext& context) {
    return decide(*static_cast<const Command*>(command), context);
  };
  if (rules.foresee) {
    type.foresee = [foresee = rules.foresee](const void* command, const Foresight& ahead) {
      foresee(*static_cast<const Command*>(command), ahead);
    };
  }
  type.writes_nation = rules.writes_nation;
  type.token_use = rules.token_use;
  type.needs_fresh_proof = rules.needs_fresh_proof;
  type.body = &codec::kType<Command>;
  const bool added = commands_.emplace(std::string(Command::kType), std::move(type)).second;
  WD_ASSERT(added);
}

template <class Event>
void Registry::event() {
  EventType type;
  type.name = Event::kType;
  type.version = Event::kVersion;
  type.decode = detail::decode_erased<Event>;
  events_.try_emplace({std::string(Event::kType), Event::kVersion}, std::move(type));
}

template <class Event>
void Registry::project(std::function<void(const Event&, const Recorded&, store::Rows&)> apply) {
  event<Event>();
  events_.at({std::string(Event::kType), Event::kVersion})
      .projections.push_back(
          [apply = std::move(apply)](const void* value, const Recorded& frame, store::Rows& rows) {
            apply(*static_cast<const Event*>(value), frame, rows);
          });
}

template <class Params>
QueryType& Registry::add_query(const QueryRules<Params>& rules, Takes takes) {
  WD_ASSERT(rules.region_of != nullptr);
  QueryType type;
  type.method = rules.method;
  type.path = rules.path;
  type.roles = rules.roles;
  type.summary_zh = rules.summary_zh;
  type.summary_en = rules.summary_en;
  type.params = &codec::kType<Params>;
  type.takes_file = takes == Takes::file;
  type.needs_fresh_proof = rules.needs_fresh_proof;
  type.token_use = rules.token_use;
  type.file_media = rules.file_media;
  queries_.push_back(std::move(type));
  auto& added = queries_.back();
  if (rules.note) {
    added.logged = true;
    added.note = [rules, takes](const QueryInput& input,
                                QueryContext& context) -> Result<vault::AccessEntry> {
      WD_TRY(const auto params, detail::admitted(rules, takes == Takes::file, input, context));
      return rules.note(params, context);
    };
  }
  return added;
}

template <class Params, class View>
void Registry::query(QueryRules<Params> rules,
                     std::function<Result<View>(const Params&, QueryContext&)> run) {
  auto& added = add_query(rules, Takes::no_file);
  added.view = &codec::kType<View>;
  added.run = [rules, run = std::move(run)](const QueryInput& input,
                                            QueryContext& context) -> Result<Answer> {
    WD_TRY(const auto params, detail::admitted(rules, false, input, context));
    WD_TRY(const auto view, run(params, context));
    Answer answer;
    codec::encode(view, answer.bytes);
    return answer;
  };
}

template <class Params>
void Registry::file_query(QueryRules<Params> rules,
                          std::function<Result<Answer>(const Params&, QueryContext&)> run) {
  auto& added = add_query(rules, Takes::no_file);
  added.gives_file = true;
  added.run = [rules, run = std::move(run)](const QueryInput& input,
                                            QueryContext& context) -> Result<Answer> {
    WD_TRY(const auto params, detail::admitted(rules, false, input, context));
    return run(params, context);
  };
}

template <class Params, class View>
void Registry::upload(
    QueryRules<Params> rules,
    std::function<Result<View>(const Params&, std::string_view file, QueryContext&)> run) {
  rules.method = QueryMethod::post;
  auto& added = add_query(rules, Takes::file);
  added.body_bytes_max = limits::kUploadBytes;
  if constexpr (std::is_same_v<View, Answer>) {
    added.view = rules.view;
    added.gives_file = rules.view == nullptr;
  } else {
    added.view = &codec::kType<View>;
  }
  added.run = [rules, run = std::move(run)](const QueryInput& input,
                                            QueryContext& context) -> Result<Answer> {
    WD_TRY(const auto params, detail::admitted(rules, true, input, context));
    WD_TRY(auto view, run(params, input.body, context));
    if constexpr (std::is_same_v<View, Answer>) {
      return view;
    } else {
      Answer answer;
      codec::encode(view, answer.bytes);
      return answer;
    }
  };
}

}  // namespace wangdi::bus
