// SPDX-License-Identifier: Apache-2.0
// The data folder: its marks and its lock. One process holds a folder at a time, which also keeps
// SQLite's one writing connection alone (commands of the tool take the same lock as the server).
//   WANGDI     the folder is complete; holds the form's number
//   DEMO       synthetic people: this machine only, a banner on each page
//   UNFINISHED an init began and was not completed
//   ANCHORED   there was an anchor once, so that one that is gone is missed
//   CLAIMED    a device proved a position that the journal does not have
//   LOG_COPY   which copy of the access log was begun, so that another one is not gone on with
//   LOCK       held (flock) by the process that uses the folder
//   wangdi.db  the database, files/ what was handed in
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace wangdi::app {

class Folder {
 public:
  // Takes the lock. Errors: folder_not_initialised, folder_of_other_user, folder_in_use,
  // storage_failed.
  static Result<Folder> open(const std::string& path);
  // Makes the folder with mode 0700 and takes the lock; the caller then makes the folder `keys` and
  // fills both. The folder becomes usable only by complete(), so that an init that was killed
  // half-way is seen; creating it again empties it first, and removes the keys folder that the
  // killed init had begun. Errors: folder_exists when the folder is complete or holds anything
  // else, or when `keys` is there; folder_of_other_user, folder_in_use, storage_failed. With `keys`
  // empty no keys folder is looked at: a restore keeps to the one that is there.
  static Result<Folder> create(const std::string& path, const std::string& keys, bool demo);
  // Sets the mark WANGDI, on disk when it returns: the last act of init and demo.
  Status complete();

  // Other marks: text of one, nothing when it is not there; set, on disk when it returns; taken
  // away.
  std::optional<std::string> read_mark(std::string_view name) const;
  Status write_mark(std::string_view name, std::string_view text);
  Status remove_mark(std::string_view name);

  // Whether the path is a complete folder, without taking its lock.
  static bool is_complete(const std::string& path);
  // Whether this user may read it beside the process that holds its lock. Errors:
  // folder_not_initialised, folder_of_other_user, storage_failed.
  static Status check(const std::string& path);

  Folder(Folder&& other) noexcept;
  Folder& operator=(Folder&& other) noexcept;
  ~Folder();

  const std::string& path() const { return path_; }
  std::string database() const { return path_ + "/wangdi.db"; }
  std::string files() const { return path_ + "/files"; }
  bool is_demo() const { return demo_; }

 private:
  Folder(std::string path, int lock, bool demo)
      : path_(std::move(path)), lock_(lock), demo_(demo) {}

  std::string path_;
  int lock_;
  bool demo_;
};

}  // namespace wangdi::app
