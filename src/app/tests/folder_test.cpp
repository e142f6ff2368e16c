// SPDX-License-Identifier: Apache-2.0
// The data folder: who may use it, what marks it, and that a killed init is seen and cleared.
#include "app/folder.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>

namespace wangdi::app {
namespace {

namespace fs = std::filesystem;

class FolderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    base_ = fs::temp_directory_path() / ("wangdi_folder_" + std::to_string(::getpid()));
    fs::create_directories(base_);
    path_ = (base_ / "data").string();
    keys_ = (base_ / "keys").string();
  }
  void TearDown() override { fs::remove_all(base_); }
  void make(bool demo = false) {
    auto made = Folder::create(path_, keys_, demo);
    ASSERT_TRUE(made);
    ASSERT_TRUE(made->complete());
  }
  fs::path base_;
  std::string path_, keys_;
};

ErrorCode code_of(const Result<Folder>& result) {
  EXPECT_FALSE(result);
  return result ? ErrorCode::internal : result.error().code();
}

TEST_F(FolderTest, given_a_made_folder_then_it_opens_with_its_marks) {
  for (const bool demo : {false, true}) {
    fs::remove_all(path_);
    make(demo);
    const auto folder = Folder::open(path_);
    ASSERT_TRUE(folder);
    EXPECT_EQ(folder->is_demo(), demo);
    EXPECT_EQ(folder->database(), path_ + "/wangdi.db");
    EXPECT_TRUE(fs::is_directory(folder->files()));
    struct stat mode{};
    ASSERT_EQ(::stat(path_.c_str(), &mode), 0);
    EXPECT_EQ(mode.st_mode & 0777u, 0700u);
  }
}

TEST_F(FolderTest, given_no_mark_then_not_initialised) {
  EXPECT_EQ(code_of(Folder::open(path_)), ErrorCode::folder_not_initialised);
  fs::create_directories(path_);
  EXPECT_EQ(code_of(Folder::open(path_)), ErrorCode::folder_not_initialised);
  EXPECT_FALSE(fs::exists(path_ + "/LOCK")) << "nothing is written into a stranger's folder";
}

TEST_F(FolderTest, given_somebodys_files_or_a_complete_folder_when_created_then_refused) {
  fs::create_directories(path_);
  std::ofstream(path_ + "/letter.txt") << "mine";
  EXPECT_EQ(code_of(Folder::create(path_, keys_, false)), ErrorCode::folder_exists);
  EXPECT_TRUE(fs::exists(path_ + "/letter.txt"));
  EXPECT_FALSE(fs::exists(path_ + "/LOCK"));
  fs::remove_all(path_);
  make();
  EXPECT_EQ(code_of(Folder::create(path_, keys_, true)), ErrorCode::folder_exists);
  EXPECT_FALSE(Folder::open(path_)->is_demo());
}

TEST_F(FolderTest, given_a_killed_init_when_created_again_then_it_begins_anew) {
  {
    auto unfinished = Folder::create(path_, keys_, true);
    ASSERT_TRUE(unfinished);
    std::ofstream(unfinished->database()) << "half";
    std::ofstream(unfinished->files() + "/tree") << "half";
    fs::create_directories(keys_);
    std::ofstream(keys_ + "/keys.db") << "half";
  }
  EXPECT_EQ(code_of(Folder::open(path_)), ErrorCode::folder_not_initialised);
  auto again = Folder::create(path_, keys_, false);
  ASSERT_TRUE(again);
  EXPECT_FALSE(fs::exists(again->database()));
  EXPECT_FALSE(fs::exists(keys_));
  EXPECT_TRUE(fs::is_empty(again->files()));
  ASSERT_TRUE(again->complete());
  again = Error(ErrorCode::internal);  // closes it
  const auto opened = Folder::open(path_);
  ASSERT_TRUE(opened);
  EXPECT_FALSE(opened->is_demo());
}

TEST_F(FolderTest, given_keys_of_another_installation_when_created_then_they_are_not_touched) {
  fs::create_directories(keys_);
  std::ofstream(keys_ + "/keys.db") << "precious";
  EXPECT_EQ(code_of(Folder::create(path_, keys_, false)), ErrorCode::folder_exists);
  {
    ASSERT_TRUE(Folder::create(path_, keys_ + "2", false));
  }
  EXPECT_EQ(code_of(Folder::create(path_, keys_, false)), ErrorCode::folder_exists);
  EXPECT_TRUE(fs::exists(keys_ + "/keys.db"));
}

// A child that holds the folder until its end of the pipe closes.
class Holder {
 public:
  explicit Holder(const std::string& path) {
    EXPECT_EQ(::pipe(ready_.data()), 0);
    EXPECT_EQ(::pipe(release_.data()), 0);
    child_ = ::fork();
    if (child_ == 0) {
      ::close(release_[1]);
      const auto held = Folder::open(path);
      const char sign = held ? 'y' : 'n';
      [[maybe_unused]] auto told = ::write(ready_[1], &sign, 1);
      char end;
      [[maybe_unused]] auto waited = ::read(release_[0], &end, 1);
      ::_exit(0);
    }
    char sign = 0;
    EXPECT_EQ(::read(ready_[0], &sign, 1), 1);
    EXPECT_EQ(sign, 'y');
  }
  void kill() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }

 private:
  std::array<int, 2> ready_{}, release_{};
  pid_t child_ = 0;
};

TEST_F(FolderTest, given_another_process_holds_the_folder_then_refused_until_it_dies) {
  make();
  Holder other(path_);
  EXPECT_EQ(code_of(Folder::open(path_)), ErrorCode::folder_in_use);
  other.kill();
  EXPECT_TRUE(Folder::open(path_));
}

TEST_F(FolderTest, given_the_same_process_opens_twice_then_refused_and_moving_keeps_the_lock) {
  make();
  auto first = Folder::open(path_);
  ASSERT_TRUE(first);
  EXPECT_EQ(code_of(Folder::open(path_)), ErrorCode::folder_in_use);
  Folder moved = std::move(*first);
  EXPECT_EQ(code_of(Folder::open(path_)), ErrorCode::folder_in_use);
  EXPECT_EQ(moved.path(), path_);
}

}  // namespace
}  // namespace wangdi::app
