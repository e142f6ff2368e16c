// SPDX-License-Identifier: Apache-2.0
// Published vectors for each algorithm, and the properties the vault and the log-in stand on.
#include "common/crypto/crypto.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <set>

#include "base/hex.hpp"

namespace wangdi::crypto {
namespace {

Bytes hex(std::string_view text) { return from_hex(text).value(); }

TEST(Crypto, sha256_gives_the_published_digests) {
  // FIPS 180-4 examples.
  EXPECT_EQ(to_hex(sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256({bytes_of("a"), bytes_of("bc")})),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 reused;
  reused.add(bytes_of("something else"));
  reused.finish();
  reused.add(bytes_of("abc"));
  EXPECT_EQ(reused.finish(), sha256({bytes_of("abc")}));
}

TEST(Crypto, hmac_gives_the_macs_of_rfc_4231) {
  struct Case {
    std::string key, text, mac;
  };
  const Case cases[] = {
      {"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {"4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
  };
  for (const auto& one : cases) {
    Hmac hmac(hex(one.key));
    EXPECT_EQ(to_hex(hmac.mac({hex(one.text)})), one.mac);
    EXPECT_EQ(to_hex(hmac.mac({hex(one.text)})), one.mac) << "the second use of one key";
  }
}

TEST(Crypto, gcm_opens_the_published_text) {
  // McGrew and Viega, test case 16: AES-256-GCM with associated data.
  Aead aead;
  aead.set_key(hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"));
  const auto sealed =
      hex("cafebabefacedbaddecaf888"
          "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
          "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
          "76fc6ece0f4e1768cddf8853bb2d551b");
  const auto plain = aead.open(hex("feedfacedeadbeeffeedfacedeadbeefabaddad2"), sealed);
  ASSERT_TRUE(plain.has_value());
  EXPECT_EQ(to_hex(*plain),
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
            "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
}

// security: CR2
TEST(Crypto, a_sealed_text_opens_only_whole_and_in_its_place) {
  Random random;
  Aead aead;
  const auto key = SecretKey::random();
  aead.set_key(key.view());
  const auto place = bytes_of("subject 1, field 2");
  Bytes sealed;
  aead.seal(random, place, bytes_of("99010119900101001X"), sealed);
  EXPECT_EQ(text_of(aead.open(place, sealed).value()), "99010119900101001X");
  EXPECT_FALSE(aead.open(bytes_of("subject 2, field 2"), sealed).has_value());
  for (std::size_t byte = 0; byte < sealed.size(); ++byte) {
    auto changed = sealed;
    changed[byte] ^= 1;
    EXPECT_FALSE(aead.open(place, changed).has_value()) << "byte " << byte;
  }
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(aead.open(place, ByteView(sealed).first(size)).has_value()) << "cut at " << size;
  }
  aead.set_key(SecretKey::random().view());
  EXPECT_FALSE(aead.open(place, sealed).has_value()) << "another key";
}

TEST(Crypto, an_empty_text_is_sealed_too) {
  Random random;
  Aead aead;
  aead.set_key(SecretKey::random().view());
  Bytes sealed;
  aead.seal(random, {}, {}, sealed);
  EXPECT_EQ(sealed.size(), kSealOverheadBytes);
  EXPECT_EQ(aead.open({}, sealed).value().size(), 0u);
  EXPECT_FALSE(aead.open(bytes_of("x"), sealed).has_value());
}

// security: CR2
TEST(Crypto, no_nonce_stands_twice_under_one_key) {
  Random random;
  Aead aead;
  aead.set_key(SecretKey::random().view());
  std::set<std::string> nonces;
  Bytes sealed;
  constexpr int kSeals = 20'000;  // many blocks of the random source
  for (int i = 0; i < kSeals; ++i) {
    aead.seal(random, {}, bytes_of("x"), sealed);
    nonces.insert(to_hex(ByteView(sealed).first(kNonceBytes)));
  }
  EXPECT_EQ(nonces.size(), static_cast<std::size_t>(kSeals));
}

TEST(Crypto, a_forked_child_draws_other_random_bytes) {
  Random random;
  random.take<8>();
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const auto child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const auto drawn = random.take<16>();
    ::_exit(::write(ends[1], drawn.data(), drawn.size()) == 16 ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  std::array<std::uint8_t, 16> theirs;
  ASSERT_EQ(::read(ends[0], theirs.data(), theirs.size()), 16);
  ::close(ends[0]);
  ::close(ends[1]);
  EXPECT_NE(theirs, random.take<16>());
}

TEST(Crypto, equal_compares_length_and_bytes) {
  EXPECT_TRUE(equal(bytes_of("abc"), bytes_of("abc")));
  EXPECT_TRUE(equal({}, {}));
  EXPECT_FALSE(equal(bytes_of("abc"), bytes_of("abd")));
  EXPECT_FALSE(equal(bytes_of("abc"), bytes_of("ab")));
}

// The flags of the mapping that holds an address ("VmFlags" of smaps), or nothing.
std::string mapping_flags(const void* address) {
  std::ifstream maps("/proc/self/smaps");
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  bool inside = false;
  for (std::string line; std::getline(maps, line);) {
    std::uintptr_t from = 0;
    std::uintptr_t to = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx ", &from, &to) == 2)
      inside = wanted >= from && wanted < to;
    if (inside && line.starts_with("VmFlags:")) return line;
  }
  return {};
}

// security: CR4
TEST(Crypto, a_secret_key_lies_on_pages_that_dumps_leave_out) {
  const auto key = SecretKey::random();
  const auto flags = mapping_flags(key.view().data());
  if (flags.empty()) GTEST_SKIP() << "this kernel shows no mapping flags";
  EXPECT_NE(flags.find(" dd"), std::string::npos) << flags;
}

// security: CR4
TEST(Crypto, a_hardened_process_writes_no_core) {
  const auto child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    rlimit limit{1, 1};
    const bool hardened = harden_process().has_value();
    ::getrlimit(RLIMIT_CORE, &limit);
    ::_exit(hardened && limit.rlim_cur == 0 && limit.rlim_max == 0 ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(Crypto, a_password_is_kept_as_argon2id_with_the_chosen_costs) {
  const auto hash = hash_password("correct horse battery", PasswordCost{});
  ASSERT_TRUE(hash.has_value());
  EXPECT_TRUE(hash->starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << hash->substr(0, 31);
  EXPECT_TRUE(check_password(*hash, "correct horse battery").value());
  EXPECT_FALSE(check_password(*hash, "correct horse batterY").value());
  EXPECT_FALSE(check_password("", "correct horse battery").value());
  EXPECT_FALSE(check_password("no hash", "").value());
  EXPECT_NE(*hash, *hash_password("correct horse battery", PasswordCost{})) << "each has its salt";
  EXPECT_FALSE(needs_rehash(*hash, PasswordCost{}));
  EXPECT_TRUE(needs_rehash(*hash, PasswordCost{.passes = 3, .memory_bytes = 19u << 20}));
  EXPECT_TRUE(needs_rehash("no hash", PasswordCost{}));
}

}  // namespace
}  // namespace wangdi::crypto
