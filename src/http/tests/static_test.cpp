// SPDX-License-Identifier: Apache-2.0
// The web app's files: forms, caching, conditional requests, the fallback, and what is out of
// reach.
#include "http/static_files.hpp"

#include <gtest/gtest.h>

#include "http/tests/harness.hpp"

namespace wangdi::http::testing {
namespace {

const std::string kScript = "console.log('" + std::string(4000, 'x') + "');";

struct WebApp {
  WebApp() {
    folder.write("index.html", "<!doctype html><title>app</title>");
    folder.write("sw.js", "self.skipWaiting();");
    folder.write("assets/app-1a2b.js", kScript);
    folder.write("assets/logo.png", std::string(2000, 'p'));
    folder.write("assets/packed.css", std::string(1000, 'c'));
    folder.write("assets/packed.css.gz", gzip_pack(std::string(1000, 'c')));
    folder.write("assets/stale.css", std::string(1000, 'n'));
    folder.write("assets/stale.css.gz", gzip_pack(std::string(1000, 'o')));
    folder.write(".hidden", "secret");
    folder.write(".git/config", "secret");
    outside.write("secret.txt", "secret");
    std::filesystem::create_symlink(outside.path() / "secret.txt", folder.path() / "link.txt");
    std::filesystem::create_directory_symlink(outside.path(), folder.path() / "links");
  }
  Options options() const {
    Options options;
    options.static_folder = folder.path().string();
    options.requests_per_second_per_client = 0;
    return options;
  }
  TemporaryFolder folder;
  TemporaryFolder outside;
};

TEST(StaticFiles, are_served_with_type_tag_and_cache_rule) {
  WebApp app;
  TestServer server(app.options());
  server.echo(Method::get, "/api/a");
  ASSERT_TRUE(server.start());
  auto client = server.client();
  struct Case {
    std::string path, type, cache;
  };
  for (const auto& [path, type, cache] : std::vector<Case>{
           {"/", "text/html; charset=utf-8", "no-cache"},
           {"/index.html", "text/html; charset=utf-8", "no-cache"},
           {"/sw.js", "text/javascript; charset=utf-8", "no-cache"},
           {"/assets/app-1a2b.js", "text/javascript; charset=utf-8",
            "public, max-age=31536000, immutable"},
           {"/assets/logo.png", "image/png", "public, max-age=31536000, immutable"}}) {
    const auto reply = client.get(path);
    EXPECT_EQ(reply.status, 200) << path;
    EXPECT_EQ(reply.header("content-type"), type) << path;
    EXPECT_EQ(reply.header("cache-control"), cache) << path;
    EXPECT_EQ(reply.header("etag").size(), 34u) << path;
    EXPECT_NE(reply.header("content-security-policy").find("require-trusted-types-for 'script'"),
              std::string::npos);
  }
  EXPECT_EQ(client.get("/assets/app-1a2b.js").body, kScript);
}

TEST(StaticFiles, are_packed_for_those_who_take_it) {
  WebApp app;
  TestServer server(app.options());
  ASSERT_TRUE(server.start());
  auto client = server.client();
  struct Case {
    std::string path, accept;
    bool packed;
    std::string bytes;
  };
  const std::string script = "/assets/app-1a2b.js";
  for (const auto& [path, accept, packed, bytes] :
       std::vector<Case>{{script, "gzip, deflate, br", true, kScript},
                         {script, "br, GZIP;q=0.5", true, kScript},
                         {script, "gzip;q=0", false, kScript},
                         {script, "gzip; q=0.0, br", false, kScript},
                         {script, "br", false, kScript},
                         {script, "xgzip", false, kScript},
                         {"/assets/packed.css", "gzip", true, std::string(1000, 'c')},
                         {"/assets/stale.css", "gzip", true, std::string(1000, 'n')},
                         {"/assets/logo.png", "gzip", false, std::string(2000, 'p')},
                         {"/sw.js", "gzip", false, "self.skipWaiting();"}}) {
    const auto reply = client.get(path, "Accept-Encoding: " + accept + "\r\n");
    EXPECT_EQ(reply.has("content-encoding"), packed) << path << " " << accept;
    const auto body = packed ? gzip_unpack(reply.body, 1 << 20).value_or("broken") : reply.body;
    EXPECT_EQ(body, bytes) << path << " " << accept;
  }
  const auto plain = client.get(script);
  const auto packed = client.get(script, "Accept-Encoding: gzip\r\n");
  EXPECT_EQ(plain.header("vary"), "Accept-Encoding");
  EXPECT_NE(plain.header("etag"), packed.header("etag"));
}

TEST(StaticFiles, answer_304_to_a_known_tag) {
  WebApp app;
  TestServer server(app.options());
  ASSERT_TRUE(server.start());
  auto client = server.client();
  const auto tag = client.get("/").header("etag");
  for (const auto& list : {tag, "W/" + tag, "\"other\", " + tag, std::string("*")}) {
    const auto reply = client.get("/", "If-None-Match: " + list + "\r\n");
    EXPECT_EQ(reply.status, 304) << list;
    EXPECT_EQ(reply.header("etag"), tag);
    EXPECT_FALSE(reply.has("content-length"));
    EXPECT_TRUE(reply.body.empty());
  }
  for (const auto* list : {"\"other\"", "\"\"", "", "\"", ",,,"}) {
    EXPECT_EQ(client.get("/", std::string("If-None-Match: ") + list + "\r\n").status, 200) << list;
  }
  // The tag of one form says nothing of the other.
  EXPECT_EQ(
      client
          .get("/assets/app-1a2b.js", "Accept-Encoding: gzip\r\nIf-None-Match: " +
                                          client.get("/assets/app-1a2b.js").header("etag") + "\r\n")
          .status,
      200);
}

TEST(StaticFiles, fall_back_to_the_app_for_pages_only) {
  WebApp app;
  TestServer server(app.options());
  server.echo(Method::get, "/api/a");
  ASSERT_TRUE(server.start());
  auto client = server.client();
  const std::string page = "Accept: text/html,application/xhtml+xml\r\n";
  const auto reply = client.get("/board/320505", page);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("cache-control"), "no-cache");
  EXPECT_NE(reply.body.find("<title>app</title>"), std::string::npos);
  EXPECT_EQ(client.get("/board/320505", "Accept: application/json\r\n").status, 404);
  EXPECT_EQ(client.get("/api/missing", page).status, 404);
  EXPECT_EQ(client.get("/assets/missing.js", page).status, 404);
  EXPECT_EQ(client.post("/board/320505", "", page).status, 404);
  const auto post = client.post("/sw.js", "", page);
  EXPECT_EQ(post.status, 405);
  EXPECT_EQ(post.header("allow"), "GET, HEAD");
  client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto head = client.reply(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("content-length"), "33");
  EXPECT_EQ(client.get("/sw.js").status, 200);  // no body of HEAD was left over
}

// security: WC4
TEST(StaticFiles, hand_out_the_kill_switch_in_the_place_of_the_worker) {
  WebApp app;
  app.folder.write("sw-off.js", "unregister()");
  auto options = app.options();
  options.service_worker = false;
  TestServer server(std::move(options));
  ASSERT_TRUE(server.start());
  auto client = server.client();
  const auto reply = client.get("/sw.js");
  EXPECT_EQ(reply.body, "unregister()");
  EXPECT_EQ(reply.header("cache-control"), "no-cache");
}

TEST(StaticFiles, have_no_worker_at_all_where_none_can_stand_in) {
  WebApp app;
  auto options = app.options();
  options.service_worker = false;
  TestServer server(std::move(options));
  ASSERT_TRUE(server.start());
  auto client = server.client();
  EXPECT_EQ(client.get("/sw.js").status, 404);
}

TEST(StaticFiles, never_reach_another_file) {
  WebApp app;
  TestServer server(app.options());
  ASSERT_TRUE(server.start());
  for (const auto* path :
       {"/.hidden", "/.git/config", "/link.txt", "/links/secret.txt", "/assets/", "/assets",
        "/assets/packed.css.gz", "/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt",
        "/..%2fsecret.txt", "/assets/%2e%2e/index.html", "//etc/passwd", "/assets//logo.png",
        "/assets\\logo.png", "/assets/..%5c..%5csecret.txt", "/index.html%00.png",
        "/index.html/"}) {
    const auto reply = server.client().get(path);
    EXPECT_TRUE(reply.status == 404 || reply.status == 400) << path << " " << reply.status;
    EXPECT_EQ(reply.body.find("secret"), std::string::npos) << path;
  }
}

TEST(StaticFiles, need_an_index_page) {
  TemporaryFolder empty;
  EXPECT_FALSE(StaticFiles::load(empty.path().string()));
  EXPECT_FALSE(StaticFiles::load((empty.path() / "missing").string()));
}

TEST(Gzip, unpacks_only_whole_and_bounded_text) {
  const auto packed = gzip_pack(std::string(100'000, 'a'));
  EXPECT_EQ(gzip_unpack(packed, 100'000).value_or("").size(), 100'000u);
  EXPECT_FALSE(gzip_unpack(packed, 99'999));
  EXPECT_FALSE(gzip_unpack(packed.substr(0, packed.size() - 1), 100'000));
  EXPECT_FALSE(gzip_unpack("not gzip", 100));
}

}  // namespace
}  // namespace wangdi::http::testing
