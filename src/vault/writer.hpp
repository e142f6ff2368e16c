// SPDX-License-Identifier: Apache-2.0
// The writing end of the vault, used by a writer thread inside its batch. Order on disk: keys first
// (commit_keys), then the vault rows with the journal records in the main transaction. What keys.db
// holds of a batch that the main database never committed is taken back at the next start.
//
//   begin(district)    where several writers share the vault, each batch begins with its district
//   put, log ..        while commands are handled; undo(mark) when a command is refused
//   commit_keys()      keys.db is on disk
//   write_rows()       inside the main transaction, before its journal records
//   settled()          after the main commit; abandoned() after its rollback
//
// An erasure goes the same way: keys.db notes it before the main commit takes the values out, and
// destroys the key after it (erase.cpp).
#pragma once

#include <atomic>
#include <cstring>
#include <functional>
#include <memory>
#include <memory_resource>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "vault/access_log.hpp"
#include "vault/batch_states.hpp"
#include "vault/body_macs.hpp"
#include "vault/person_keys.hpp"

namespace wangdi::vault {

// Called by tests to end the process between two steps of a write.
struct Hooks {
  std::function<void()> after_keys;
  std::function<void()> after_rows;
  std::function<void()> before_destroying;  // the main commit is done, the keys are still there
};

// Exact search gives at most this many subjects: more than one household shares a phone, but none
// shares it with a crowd.
inline constexpr std::size_t kExactHitsMax = 50;
// Whether keys that the main database does not know are taken back at the start. Kept where the
// database may have lost what it once held: what is sent again will need them.
enum class Orphans : std::uint8_t { take_back, keep };
// One value; the types of the fields are far below.
inline constexpr std::size_t kFieldBytesMax = 64u << 10;

class EpochChange;

// What the writers of a vault share.
struct Shared {
  Keyring& keyring;
  BatchStates& states;
  BodyKeys& body_keys;
  bool has_many_writers = false;
};

class Writer {
 public:
  // The first one pairs the keys folder with a new database, refuses a foreign one, and takes back
  // what the last run left unsettled. `main` is the writing connection and outlives this.
  static Result<std::unique_ptr<Writer>> open(const Shared& shared, store::Connection& main,
                                              UnixMs now, Hooks hooks, Orphans orphans);
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer();

  // The batch that follows is of this district, and maybe others, which no other writer has
  // meanwhile.
  void begin(District district);

  // Seals a value; an empty one removes the field. Makes the subject's key when it has none.
  Status put(District district, const Uuid& subject, Field field, std::string_view plain);
  // The value as this batch sees it; nothing when it is not there or its key was erased.
  Result<std::optional<std::string>> get(District district, const Uuid& subject, Field field);
  // Ends a subject: its values leave with this batch, and once that is committed its key and its
  // entries of the index are destroyed. Before settled() returns nobody can read it any more, in
  // backups neither. Nothing happens where there is none. A put() of the same batch is refused.
  Status erase(District district, const Uuid& subject);
  // Subjects of a district whose field has this value, this batch included, at most kExactHitsMax.
  Result<std::vector<Uuid>> find_exact(District district, Field field, std::string_view value);
  Status log(const AccessEntry& entry, UnixMs now) { return log_.add(entry, now); }

  std::optional<BodyMac> body_mac(UnixMs now, std::string_view body) {
    return body_macs_.mac(now, crypto::bytes_of(body));
  }
  std::optional<bool> same_body(UnixMs recorded_at, std::string_view body,
                                const BodyMac& recorded) {
    return body_macs_.same(recorded_at, crypto::bytes_of(body), recorded);
  }

  // What is staged so far; undo() forgets what came after, for a command that was refused.
  struct Mark {
    std::size_t fields, keys, index, log, erased;
  };
  Mark mark() const {
    return {fields_.size(), keys_.size(), index_.size(), log_.waiting(), erased_.size()};
  }
  void undo(const Mark& mark);

  Status commit_keys();
  Status write_rows();
  void settled();
  Status abandoned();

  // Brings what changed since a new epoch's files were begun into them, and puts it in force: the
  // last step of EpochChange (epoch.hpp). Other writers wait for their turn meanwhile and renew
  // themselves. Between batches or in one.
  Status take_epoch(EpochChange& change);

  // True when the main database is older than the keys folder has seen it, as after restoring a
  // backup: then nothing was taken back at the start.
  bool main_was_restored() const { return shared_.states.main_was_restored(); }
  // Whether an erasure waits for the disk, or for a reader that keeps the log of keys.db from being
  // emptied: the next batch tries again. Any thread.
  bool is_destroying() const { return !shared_.states.unfinished().empty(); }

  // Keys and index entries that the start took back.
  std::size_t taken_back() const { return taken_back_; }

 private:
  struct StagedField {
    VaultFieldRow row;        // an empty ciphertext removes the field
    std::ptrdiff_t previous;  // staged before it for the same place, or -1
  };
  struct StagedKey {
    PersonKeyRow row;
    SubjectKey key;
  };
  enum class IndexChange : std::uint8_t { add, drop };
  struct StagedIndex {
    IndexEntry entry;
    IndexChange change;
  };
  struct Place {
    SubjectId id;
    Field field;
    bool operator==(const Place&) const = default;
  };
  struct PlaceHash {
    std::size_t operator()(const Place& place) const {
      return SubjectIdHash{}(place.id) * 31 + static_cast<std::size_t>(place.field);
    }
  };

  struct MacHash {
    std::size_t operator()(const crypto::Block& mac) const {
      std::size_t bytes = 0;
      std::memcpy(&bytes, mac.data(), sizeof(bytes));
      return bytes;
    }
  };

  Writer(const Shared& shared, store::Connection& main, Hooks hooks);
  Status open_reads();
  Status take_back(Orphans orphans);
  void next_batch(District scope);
  Status settle(const std::vector<Unsettled>& all);
  Result<bool> is_kept(const Unsettled& unsettled);
  Result<bool> has_rows(const SubjectId& id);
  bool is_erased(const SubjectId& id) const;
  // After the main commit: the erased keys leave the cache at once, then keys.db and its log.
  void destroy_erased();
  Status write_destroyed();
  // Turns to the epoch that is in force; keys of this batch are sealed by its key.
  Status renew();
  std::vector<Unsettled> unsettled_of_batch() const;
  Status write_keys();
  void clear_staged();

  // Reads of keys.db share one transaction with its writes: a transaction a read would cost locks.
  // Beside other writers they have a connection of their own, and writes wait for their turn.
  store::Connection& reads() { return own_reads_ ? *own_reads_ : shared_.keyring.writer(); }
  Status begin_keys();
  void end_keys();
  using WriteKeys = std::function<Status(store::Connection&)>;
  // `after` still has the turn, and runs when the write is on disk.
  Status in_turn(const WriteKeys& write, const std::function<void()>& after = {});
  // Within the turn: what keys.db knows of the scope from now on.
  Status put_state(store::Connection& keys, KeysStateRow& state,
                   std::span<const Unsettled> unsettled);
  Status write_index(store::Connection& keys, store::BulkMode mode,
                     std::span<const IndexEntry> entries);
  // Turns the cipher to a subject; false when it has no key.
  Result<bool> use(const SubjectId& id);
  void make_key(const SubjectId& id);
  Result<std::optional<std::string>> read_value(const Place& place);
  void stage(const Place& place, store::Bytes ciphertext);
  void stage_index(const Place& place, std::string_view old_value, std::string_view new_value);

  Shared shared_;
  store::Connection& main_;
  Hooks hooks_;
  std::shared_ptr<const Epoch> epoch_;  // outlives the connection to its file
  std::uint64_t generation_ = 0;        // of the epoch
  std::unique_ptr<store::Connection> own_reads_;
  std::optional<PersonKeys> person_keys_;
  FieldCipher cipher_;
  crypto::Random random_;
  crypto::Hmac blind_;
  IndexCipher index_cipher_;  // of the epoch
  AccessLog log_;
  BodyMacs body_macs_;

  std::vector<StagedField> fields_;
  std::vector<StagedKey> keys_;
  std::vector<StagedIndex> index_;
  std::vector<SubjectId> erased_;
  std::pmr::unsynchronized_pool_resource pool_;  // for the nodes of the maps below
  std::pmr::unordered_map<Place, std::ptrdiff_t, PlaceHash> field_at_{&pool_};
  std::pmr::unordered_map<SubjectId, std::size_t, SubjectIdHash> key_at_{&pool_};
  std::pmr::unordered_multimap<crypto::Block, std::size_t, MacHash> index_at_{&pool_};

  BatchState* state_ = nullptr;  // of the scope of the batch being staged
  std::int64_t batch_ = 1;       // its number
  bool keys_begun_ = false;
  std::size_t taken_back_ = 0;
};

}  // namespace wangdi::vault
